"""AWS's Security Token Service, as far as programs need it to call the Rekognition API: who they
are, and keys on loan."""
