package soap

import (
	"encoding/xml"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/shared"
)

// rules are the asserts of NIST's soap_rules.sch that bear on what we send: each
// broken one is a line. They hold for the 2011 interface.
func rules(root node) []string {
	var broken []string
	want := func(ok bool, what string) {
		if !ok {
			broken = append(broken, what)
		}
	}
	in := func(n node, space string) bool { return n.XMLName.Space == space }
	one := func(n node, space, name string) node {
		found := n.named(name)
		want(len(found) == 1 && in(found[0], space), n.XMLName.Local+" must contain one "+name)
		if len(found) == 0 {
			return node{}
		}
		return found[0]
	}
	only := func(n node, names ...string) {
		for _, k := range n.Kids {
			want(strings.Contains(" "+strings.Join(names, " ")+" ", " "+k.XMLName.Local+" "), n.XMLName.Local+" must not contain "+k.XMLName.Local)
		}
	}
	want(root.XMLName == xml.Name{Space: soap12, Local: "Envelope"}, "the message must be an Envelope")
	body := one(root, soap12, "Body")
	want(len(body.Kids) == 1, "Body must contain one element")
	if len(body.Kids) != 1 {
		return broken
	}
	switch answer := body.Kids[0]; answer.XMLName.Local {
	case "connectivityTestResponse", "submitSingleMessageResponse":
		want(in(answer, cdc2011.space), "the answer must be of the 2011 interface")
		text := one(answer, cdc2011.space, "return").Text
		want(strings.TrimSpace(text) != "", "return must not be empty")
		only(answer, "return")
	case "Fault":
		only(answer, "Code", "Reason", "Detail", "Node", "Role")
		code := one(one(answer, soap12, "Code"), soap12, "Value").Text
		want(code == "Sender" || code == "Receiver", "Code/Value must be Sender or Receiver, is "+code)
		one(one(answer, soap12, "Reason"), soap12, "Text")
		detail := one(answer, soap12, "Detail")
		want(len(detail.Kids) == 1, "Detail must contain one typed fault")
		for _, typed := range detail.Kids {
			want(in(typed, cdc2011.space), "the typed fault must be of the 2011 interface")
			number := one(typed, cdc2011.space, "Code").Text
			_, err := strconv.Atoi(number)
			want(err == nil, "Code must be an integer, is "+number)
			reason := one(typed, cdc2011.space, "Reason").Text
			if fixed, named := strings.CutSuffix(typed.XMLName.Local, "Fault"); named {
				want(reason == fixed, "Reason must be "+fixed+", is "+reason)
			}
			one(typed, cdc2011.space, "Detail")
			only(typed, "Code", "Reason", "Detail")
		}
	default:
		want(false, "Body must not contain "+answer.XMLName.Local)
	}
	return broken
}

func TestTheRulesFindABrokenFault(t *testing.T) {
	var root node
	is.NoError(t, "parse", xml.Unmarshal([]byte(envelopeOf(`<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason/><s:Detail><SecurityFault xmlns="urn:cdc:iisb:2011"><Code>x</Code><Reason>No</Reason></SecurityFault></s:Detail></s:Fault>`)), &root))
	is.Equal(t, "broken rules", rules(root), []string{
		"Code/Value must be Sender or Receiver, is s:Sender", "Reason must contain one Text",
		"Code must be an integer, is x", "Reason must be Security, is No", "SecurityFault must contain one Detail",
	})
}

// TestEveryEnvelopeOfNISTIsAnsweredByItsRules posts every XML file of the NIST
// set and says what must come of each. The credentials of the set are taken,
// those of the authentication case are not.
func TestEveryEnvelopeOfNISTIsAnsweredByItsRules(t *testing.T) {
	want := func(path string) string {
		switch {
		case strings.HasSuffix(path, "SOAPCON_3_FaultDetection-Generation_AuthenticationFault/Request.xml"):
			return "SecurityFault"
		case strings.HasSuffix(path, "SOAPCON_4_FaultDetection-Generation_MessageSizeFault/Request.xml"):
			return "MessageTooLargeFault"
		case strings.HasSuffix(path, "SOAPCON_5_FaultDetection-Generation_UnsupportedOp_Fault/Request.xml"):
			return "UnsupportedOperationFault"
		case strings.HasSuffix(path, "Request.xml"), strings.HasPrefix(filepath.Base(path), "valid"),
			strings.HasSuffix(path, "ConnectivityMessage_Request/Message.xml"), strings.HasSuffix(path, "SubmitSingleMessage_Request/Message.xml"):
			return ""
		case strings.HasSuffix(path, "Envelope.xml"): // the outermost element has another name
			return "fault"
		}
		return "UnsupportedOperationFault" // answers and foreign operations, sent as requests
	}
	files, answered := 0, 0
	root := filepath.Join(shared.Dir(t), "hl7", "soap")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".xml" {
			return err
		}
		files++
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		g := newRegistry()
		s := g.service()
		if !strings.Contains(path, "AuthenticationFault") {
			s.Sender = anyone
		}
		w := post(t, s, string(body))
		is.Equal(t, name, faultName(t, w), want(filepath.ToSlash(path)))
		if broken := rules(parsed(t, w)); len(broken) > 0 {
			t.Errorf("%s: %s\n%s", name, strings.Join(broken, "; "), w.Body)
		}
		if w.Code == http.StatusOK {
			answered++
		}
		return nil
	})
	is.NoError(t, "walk the NIST set", err)
	if files < 25 || answered < 8 {
		t.Errorf("%d files, %d of them answered: the set is smaller than it was", files, answered)
	}
}

func TestTheConnectivityAnswerHoldsTheTextThatNISTSent(t *testing.T) {
	w := post(t, newRegistry().service(), string(shared.File(t, "hl7", "soap", "validConnectivityTest.xml")))
	is.Equal(t, "echo", parsed(t, w).at(t, "Body", "connectivityTestResponse", "return").Text, "Hello world!")
}
