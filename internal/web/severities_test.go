package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"openiis/internal/check"
	"openiis/internal/is"
)

func TestAnAdministratorChangesASeverityAndTheNextAnswerFollows(t *testing.T) {
	w := open(t)
	sender := "/senders/" + w.oak.ID.Public()
	officer := w.signedIn("administrator")
	officer.get(sender).want(t, "Severities that were changed", "None: every rule has its own severity.", `href="`+sender+`/severity"`)
	officer.get(sender+"/severity").want(t, "Choose a rule", `<optgroup label="PID">`, `<option value="PID-8 missing">PID-8 missing (W)</option>`, "Others", "no eligibility")
	form := sender + "/severity?rule=PID-8+missing"
	officer.get(form).want(t, "<h2 id=\"rule\">PID-8 missing</h2>", "PID-8 (sex) is missing", "IG 1.5, PID-8", "<dt>By itself</dt><dd>Warning</dd>", "not changed", `value="W"`, `value="I"`, `value="off"`)

	is.Equal(t, "set", officer.post(sender+"/severity", "rule", "PID-8 missing", "severity", "off", "reason", "Oak <b>never</b> asks").location(), sender+"#severities")
	reader := w.signedIn("reader")
	p := reader.get(sender)
	p.want(t, "<strong>PID-8 missing</strong>", "Warning → <strong>Off</strong>", "“Oak &lt;b&gt;never&lt;/b&gt; asks”", "Nora administrator")
	if strings.Contains(p.body, sender+"/severity") {
		t.Error("a reader is offered to change a severity")
	}
	time.Sleep(time.Second)
	message := strings.Replace(refused, "^L|||F\r", "^L||20230405|\r", 1)
	officer.get(w.sendRaw(message)).want(t, "MSA|AA|C7")

	is.Equal(t, "as a note", officer.post(sender+"/severity", "rule", "PID-8 missing", "severity", "I", "reason", "x").location(), sender+"#severities")
	time.Sleep(time.Second)
	officer.get(w.sendRaw(message)).want(t, "MSA|AA|C7", "By itself this is a warning; the registry changed its severity for the sender")

	officer.get(form).want(t, "What was said before", "As if nothing had been said: warning, the rule’s own", `value="I" checked`, "<strong>Off</strong>")
	is.Equal(t, "taken back", officer.post(sender+"/severity", "rule", "PID-8 missing", "severity", "own", "reason", "They ask now").location(), sender+"#severities")
	officer.get(sender).want(t, "None: every rule has its own severity.")
	officer.get(form).want(t, "Taken back", "They ask now")
	time.Sleep(time.Second)
	officer.get(w.sendRaw(message)).want(t, "MSA|AE|C7")
}

func TestASeverityThatCannotBeIsRefusedBesideTheForm(t *testing.T) {
	w := open(t)
	sender := "/senders/" + w.oak.ID.Public()
	officer := w.signedIn("administrator")
	fact := officer.get(sender + "/severity?rule=PD1-12+protected")
	fact.want(t, "This rule tells a fact", `value="off"`)
	if strings.Contains(fact.body, `value="W"`) {
		t.Error("a fact is offered as a warning")
	}
	for name, c := range map[string]struct{ rule, severity, reason, want string }{
		"no reason":   {"PID-8 missing", "off", " ", "Say why, on one line"},
		"no severity": {"PID-8 missing", "", "x", "Choose a severity."},
		"an error":    {"PID-8 missing", "E", "my reason", `value="my reason"`},
		"a fact":      {"PD1-12 protected", "W", "x", "This rule cannot have this severity"},
		"no rule":     {"<i>", "W", "x", "There is no such rule. Choose one from the list."},
	} {
		p := officer.post(sender+"/severity", "rule", c.rule, "severity", c.severity, "reason", c.reason)
		is.Equal(t, name, p.status, http.StatusBadRequest)
		p.want(t, c.want, `role="alert"`, "<title>Error: ")
	}
	officer.get(sender).want(t, "None: every rule has its own severity.")
	is.Equal(t, "unknown rule", officer.get(sender+"/severity?rule=nonsense").status, http.StatusBadRequest)
	is.Equal(t, "unknown sender", officer.get("/senders/00000000000G1/severity").status, http.StatusNotFound)
	is.Equal(t, "unknown sender, set", officer.post("/senders/00000000000G1/severity", "rule", "PID-8 missing", "severity", "off", "reason", "x").status, http.StatusNotFound)
	engineer := w.signedIn("clinic").post(sender+"/severity", "rule", "PID-8 missing", "severity", "off", "reason", "x")
	is.Equal(t, "a clinic user", engineer.status, http.StatusForbidden)
	engineer.want(t, "may not change the severities of a sender")
}

func TestEveryRuleCanBeChosen(t *testing.T) {
	n := 0
	for _, s := range rulesBySegment() {
		n += len(s.Rules)
	}
	is.Equal(t, "rules to choose from", n, len(check.Catalogue()))
}
