// Reads the WSDL with npm's soap, calls both operations and prints what came back as
// JSON: {echo, replies, fault}. Input: {wsdl, username, password, messages}.
import soap from "soap";
import { readFileSync } from "node:fs";

const input = JSON.parse(readFileSync(0, "utf8"));
const client = await soap.createClientAsync(input.wsdl, { forceSoap12Headers: true });
const is2014 = input.wsdl.includes("2014");
const call = (name, args) => client[name + "Async"](args).then(([answer]) => answer);

const echo = is2014
  ? (await call("ConnectivityTest", { EchoBack: "is anybody there" })).EchoBack
  : (await call("connectivityTest", { echoBack: "is anybody there" })).return;
const submit = async (password, text) => {
  const answer = is2014
    ? await call("SubmitSingleMessage", { Username: input.username, Password: password, FacilityID: "X", Hl7Message: text })
    : await call("submitSingleMessage", { username: input.username, password, facilityID: "X", hl7Message: text });
  return is2014 ? answer.Hl7Message : answer.return;
};
const replies = [];
for (const text of input.messages) replies.push(await submit(input.password, text));
let fault = "";
try {
  await submit("wrong " + input.password, input.messages[0]);
} catch (e) {
  fault = JSON.stringify(e.root?.Envelope?.Body?.Fault ?? String(e));
}
console.log(JSON.stringify({ echo, replies, fault }));
