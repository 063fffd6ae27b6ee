// Calls the server with Amazon's SDK for JavaScript and prints what it answered, as JSON.
//
//     node client.cjs ENDPOINT PHOTO OTHER_PHOTO STRANGER      credentials: AWS_ACCESS_KEY_ID, ...
"use strict";

const { readFileSync } = require("node:fs");
const {
  CompareFacesCommand,
  CreateCollectionCommand,
  DeleteCollectionCommand,
  IndexFacesCommand,
  ListFacesCommand,
  RecognizeCelebritiesCommand,
  RekognitionClient,
  ResourceAlreadyExistsException,
  SearchFacesByImageCommand,
  paginateListFaces,
} = require("@aws-sdk/client-rekognition");

const [endpoint, ...paths] = process.argv.slice(2);
const [photo, other, stranger] = paths.map((path) => ({ Bytes: readFileSync(path) }));
const client = new RekognitionClient({ endpoint, region: "eu-west-1", maxAttempts: 1 });
const where = { CollectionId: "javascript" };

/** The error that a command ends with, as an application sees it. */
async function refused(command) {
  try {
    await client.send(command);
  } catch (error) {
    const { name, message, $fault, $metadata } = error;
    const typed = error instanceof ResourceAlreadyExistsException;
    return { name, message, $fault, typed, status: $metadata.httpStatusCode };
  }
  throw new Error("it was not refused");
}

async function main() {
  const said = {};
  said.created = await client.send(new CreateCollectionCommand({ ...where, Tags: { a: "b" } }));
  said.again = await refused(new CreateCollectionCommand(where));
  said.indexed = [];
  for (const [ExternalImageId, Image] of Object.entries({ photo, other, stranger })) {
    const command = new IndexFacesCommand({ ...where, Image, ExternalImageId, MaxFaces: 1 });
    said.indexed.push(await client.send(command));
  }
  said.pages = [];
  for await (const page of paginateListFaces({ client, pageSize: 2 }, where)) {
    said.pages.push(page.Faces.map((face) => face.ExternalImageId));
  }
  said.found = await client.send(new SearchFacesByImageCommand({ ...where, Image: other }));
  said.compared = await client.send(
    new CompareFacesCommand({ SourceImage: photo, TargetImage: stranger, SimilarityThreshold: 0 }),
  );
  said.celebrities = await client.send(new RecognizeCelebritiesCommand({ Image: photo }));
  said.deleted = await client.send(new DeleteCollectionCommand(where));
  said.missing = await refused(new ListFacesCommand(where));
  console.log(JSON.stringify(said));
}

main();
