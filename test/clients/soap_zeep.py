"""Does with Debian's zeep what soap.mjs does with npm's soap: same input, same output."""
import json
import sys

import zeep

data = json.load(sys.stdin)
client = zeep.Client(data["wsdl"])
new = "2014" in data["wsdl"]
service = client.service


def submit(password, text):
    if new:
        return service.SubmitSingleMessage(
            Username=data["username"], Password=password, FacilityID="X", Hl7Message=text
        )
    return service.submitSingleMessage(
        username=data["username"], password=password, facilityID="X", hl7Message=text
    )


if new:
    echo = service.ConnectivityTest(EchoBack="is anybody there")
else:
    echo = service.connectivityTest(echoBack="is anybody there")
replies = [submit(data["password"], text) for text in data["messages"]]
fault = ""
try:
    submit("wrong " + data["password"], data["messages"][0])
except zeep.exceptions.Fault as e:
    fault = zeep.wsdl.utils.etree_to_string(e.detail).decode() if e.detail is not None else str(e)
print(json.dumps({"echo": echo, "replies": replies, "fault": fault}))
