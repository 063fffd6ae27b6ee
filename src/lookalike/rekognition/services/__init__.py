"""Services of AWS's beside Rekognition that requests name: photos in S3, topics of SNS."""
