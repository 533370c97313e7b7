// How fast this machine is at this moment: messages that simple-hl7, a parser of
// others', reads in a second on one core, the best of five seconds. The figures of
// docs/benchmarks.md are read against it.
import hl7 from "simple-hl7";

// A made-up vaccination message (VXU) of about 1.5 KB: two doses of one visit.
const message = [
  "MSH|^~\\&|EHR|CLINIC^1.2.3^ISO|IIS|STATE|20240301093012-0500||VXU^V04^VXU_V04|Y1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|CLINIC|STATE",
  "PID|1||P1^^^CLINIC^MR~123456789^^^STATE^SR||Quill^Wren^Ann^^^^L|Marsh^^^^^^M|20230102|F||2106-3^White^CDCREC|7 Made Up Lane^^Town^MN^55119^USA^L||^PRN^PH^^^651^5550142|||||||||2186-5^Not Hispanic^CDCREC||N",
  "PD1|||||||||||02^Reminder, any method^HL70215|N|20240301|||A|20240301|20240301",
  "NK1|1|Quill^Robin^^^^^L|MTH^Mother^HL70063|7 Made Up Lane^^Town^MN^55119^USA^L|^PRN^PH^^^651^5550142",
  ...[
    "20^DTaP^CVX|0.5|mL^mL^UCUM||00^New^NIP001|7^Marsh^Ash^^^^^^CLINIC^L^^^PRN|^^^CLINIC||||L1|20250101|SKB^GlaxoSmithKline^MVX|||CP|A",
    "03^MMR^CVX|0.5|mL^mL^UCUM||00^New^NIP001|7^Marsh^Ash^^^^^^CLINIC^L^^^PRN|^^^CLINIC||||L2|20250101|MSD^Merck^MVX|||CP|A",
  ].flatMap((dose, i) => [
    `ORC|RE|P${i}^CLINIC|F${i}^CLINIC|||||||7^Marsh^Ash^^^^^^CLINIC^L^^^PRN||8^Reed^Sol^^^^^^CLINIC^L^^^MD`,
    `RXA|0|1|20240301||${dose}`,
    "RXR|C28161^Intramuscular^NCIT|LT^Left Thigh^HL70163",
    "OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F|||20240301|||VXC40^per immunization^CDCPHINVS",
    "OBX|2|CE|30956-7^Vaccine Type^LN|2|107^DTaP, unspecified formulation^CVX||||||F|||20240301",
  ]),
].join("\r");

const parser = new hl7.Parser();
let best = 0;
for (let second = 0; second < 5; second++) {
  const start = process.hrtime.bigint();
  let read = 0;
  let took = 0;
  while (took < 1e9) {
    for (let i = 0; i < 100; i++) {
      if (parser.parse(message).segments.length !== 13) {
        throw new Error("simple-hl7 has not read all segments");
      }
    }
    read += 100;
    took = Number(process.hrtime.bigint() - start);
  }
  best = Math.max(best, (read * 1e9) / took);
}
console.log(`yardstick: simple-hl7 reads ${Math.round(best)} messages of ${message.length} bytes a second here`);
