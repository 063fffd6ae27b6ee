// Calls the server as a profile with a role does in Amazon's SDK for JavaScript, and prints what it
// answered, as JSON.
//
//     node roles.cjs      everything: AWS_CONFIG_FILE, AWS_PROFILE, AWS_ENDPOINT_URL_...
"use strict";

const {
  CreateCollectionCommand,
  ListCollectionsCommand,
  RekognitionClient,
} = require("@aws-sdk/client-rekognition");

async function main() {
  const client = new RekognitionClient({ maxAttempts: 1 });
  const credentials = await client.config.credentials();
  const listed = await client.send(new ListCollectionsCommand({}));
  const refused = await client
    .send(new CreateCollectionCommand({ CollectionId: "javascript" }))
    .catch((error) => ({ name: error.name, message: error.message }));
  console.log(JSON.stringify({ id: credentials.accessKeyId, listed, refused }));
}

main();
