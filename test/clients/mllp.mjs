// Sends the HL7 messages of standard input (JSON array of strings) over MLLP with
// node-hl7-client and prints the replies as a JSON array.
import Client, { Message } from "node-hl7-client";
import { readFileSync } from "node:fs";

const [, , host, port] = process.argv;
const replies = [];
const client = new Client({ host, version: "2.5.1" });
const connection = client.createConnection({ port: Number(port), waitAck: true }, async (res) => {
  replies.push(res.getMessage().toString());
});
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  const want = replies.length + 1;
  await connection.sendMessage(new Message({ text }));
  for (let i = 0; replies.length < want && i < 500; i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
}
await connection.close();
console.log(JSON.stringify(replies));
process.exit(0);
