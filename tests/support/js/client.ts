/** A program in TypeScript that asks a server through the client generated from its description. */
import { readFileSync } from "node:fs";
import * as api from "./generated";
import { client } from "./generated/client.gen";

const [url, token, ...paths] = process.argv.slice(2);
client.setConfig({ baseUrl: url, auth: token });
const [obama, again, scene] = paths.map((path) => new Blob([readFileSync(path)]));

async function main(): Promise<void> {
  const found = await api.findLookalikes({
    body: { photo: again, reference: [obama], limit: 2 },
    throwOnError: true,
  });
  const [face] = found.data.faces;
  const compared = await api.compareFaces({
    body: { source: obama, target: again },
    throwOnError: true,
  });
  const embedded = await Promise.all(
    [obama, again].map((photo) => api.embedFaces({ body: { photo }, throwOnError: true })),
  );
  const [one, other] = embedded.map((each) => [...each.data.faces[0].embedding]);
  const scored = await api.scoreEmbeddings({
    body: { embedding: one, others: [other] },
    throwOnError: true,
  });
  const listed = await api.listPeople({ query: { query: "obama" }, throwOnError: true });
  const made = await api.createCollection({ body: { id: "from-node" }, throwOnError: true });
  const refused = await api.detectFaces({ body: { photo: new Blob(["no photo"]) } });
  const faceless = await api.findLookalikes({ body: { photo: scene } });
  const problem: api.Problem | undefined = faceless.error;
  const picture = await api.convertPhoto({ body: { photo: obama }, throwOnError: true });
  console.log(
    JSON.stringify({
      best: face.people[0].name.en,
      similarity: face.people[0].score.similarity,
      reference: face.references[0].verdict,
      compared: compared.data.faces[0].score.verdict,
      scored: scored.data.scores[0].verdict,
      listed: listed.data.people.map((each) => each.id),
      made: made.data.read_only,
      refused: [refused.response?.status, refused.error?.type],
      faceless: [problem?.status, problem?.type, problem?.subject],
      picture: (picture.data as Blob).type,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
