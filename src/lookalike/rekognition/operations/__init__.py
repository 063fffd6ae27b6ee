"""The operations of the Rekognition API, one function each, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lookalike.rekognition.context import Operation
from lookalike.rekognition.operations import (
    celebrities,
    collections,
    faces,
    indexing,
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
        "TagResource": collections.tag_resource,
        "UntagResource": collections.untag_resource,
    }
)
