package iis

import (
	"testing"

	"openiis/internal/is"
)

func TestAFormReadsBackAsItWasEntered(t *testing.T) {
	var f Form
	f.Add("What", "Varicella: had it")
	f.Add("Until", "  ")
	f.Add("Reason", "said\nso: OPENIIS FORM 1")
	is.Equal(t, "text", string(f.Text()), "OPENIIS FORM 1\nWhat: Varicella: had it\nReason: said so: OPENIIS FORM 1\n")
	back, ok := ParseForm(f.Text())
	is.Equal(t, "read", ok, true)
	is.Equal(t, "fields", back.Fields, f.Fields)
	is.Equal(t, "reason", back.Value("Reason"), "said so: OPENIIS FORM 1")
	if _, ok := ParseForm([]byte("MSH|^~\\&|")); ok {
		t.Error("a message is no form")
	}
	if _, ok := ParseForm(nil); ok {
		t.Error("nothing is no form")
	}
}
