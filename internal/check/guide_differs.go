package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// differs: the guide fixes the value, or a few, in a conformance statement.
var differs = demand{
	name: "differs", fault: "differs", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeTable, app: iis.AppInvalidValue,
	say: wanted,
}

// constant wants what the guide fixes.
func constant(text string) want { return oneOf(text, text) }

// oneOf wants one of some texts, which are called by title.
func oneOf(title string, texts ...string) want {
	return want{&differs, "is not what the guide fixes; send " + title, func(_ *Input, v hl7.Value) bool {
		for _, t := range texts {
			if says(v, t) {
				return true
			}
		}
		return false
	}}
}
