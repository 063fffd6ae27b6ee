"""The operations of the Rekognition API, one function each, in two tables."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lookalike.rekognition.context import Operation
from lookalike.rekognition.operations import (
    celebrities,
    collections,
    faces,
    indexing,
    others,
    searching,
    users,
    videos,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "AssociateFaces": users.associate_faces,
        "CompareFaces": faces.compare_faces,
        "CreateCollection": collections.create_collection,
        "CreateUser": users.create_user,
        "DeleteCollection": collections.delete_collection,
        "DeleteFaces": indexing.delete_faces,
        "DeleteUser": users.delete_user,
        "DescribeCollection": collections.describe_collection,
        "DetectFaces": faces.detect_faces,
        "DisassociateFaces": users.disassociate_faces,
        "GetCelebrityInfo": celebrities.get_celebrity_info,
        "GetCelebrityRecognition": videos.get_celebrity_recognition,
        "GetFaceDetection": videos.get_face_detection,
        "GetFaceSearch": videos.get_face_search,
        "GetPersonTracking": videos.get_person_tracking,
        "IndexFaces": indexing.index_faces,
        "ListCollections": collections.list_collections,
        "ListFaces": indexing.list_faces,
        "ListTagsForResource": collections.list_tags_for_resource,
        "ListUsers": users.list_users,
        "RecognizeCelebrities": celebrities.recognize_celebrities,
        "SearchFaces": searching.search_faces,
        "SearchFacesByImage": searching.search_faces_by_image,
        "SearchUsers": searching.search_users,
        "SearchUsersByImage": searching.search_users_by_image,
        "StartCelebrityRecognition": videos.start_celebrity_recognition,
        "StartFaceDetection": videos.start_face_detection,
        "StartFaceSearch": videos.start_face_search,
        "StartPersonTracking": videos.start_person_tracking,
        "TagResource": collections.tag_resource,
        "UntagResource": collections.untag_resource,
    }
)

# Served by the setting `others` alone, so that nobody takes them for what Amazon answers.
OTHERS: Mapping[str, Operation] = MappingProxyType(
    {
        "DetectLabels": others.detect_labels,
        "DetectModerationLabels": others.detect_moderation_labels,
        "DetectProtectiveEquipment": others.detect_protective_equipment,
        "DetectText": others.detect_text,
    }
)
# Those of them that look at nothing, and what it is that they do not look for.
BLIND: Mapping[str, str] = MappingProxyType(
    {"DetectModerationLabels": "judges pictures", "DetectText": "reads text"}
)
