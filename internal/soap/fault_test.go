package soap

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/is"
)

// TestEveryKindOfFailureHasItsFault walks the kinds, from both acts and in both
// versions.
func TestEveryKindOfFailureHasItsFault(t *testing.T) {
	want := map[fault.Kind]struct {
		code, in2011, reason, in2014 string
		status                       int
	}{
		fault.Internal: {"Receiver", "fault", "Internal", "plain", 500},
		fault.NotFound: {"Sender", "fault", "NotFound", "plain", 500},
		fault.Invalid:  {"Sender", "fault", "Invalid", "plain", 500},
		fault.Denied:   {"Sender", "SecurityFault", "Security", "SecurityFault", 500},
		fault.Conflict: {"Receiver", "fault", "Conflict", "plain", 500},
		fault.Busy:     {"Receiver", "fault", "Busy", "plain", 503},
		fault.TooLarge: {"Sender", "MessageTooLargeFault", "MessageTooLarge", "MessageTooLargeFault", 500},
	}
	for _, k := range fault.Kinds() {
		w, listed := want[k]
		if !listed {
			t.Errorf("no expectation for the kind %q", k)
			continue
		}
		err := fmt.Errorf("take 4711: %w", fault.Wrap(k, errors.New("disk on fire"), "Words for the sender."))
		for _, g := range []*registry{{reply: ack, senderErr: err}, {messageErr: err}} {
			for _, in := range []*dialect{&cdc2011, &cdc2014} {
				got := post(t, g.service(), submission(in, vxu))
				root := parsed(t, got)
				name := k.String() + " in " + in.year
				is.Equal(t, name+": status", got.Code, w.status)
				is.Equal(t, name+": code", root.at(t, "Body", "Fault", "Code", "Value").Text, w.code)
				is.Equal(t, name+": Retry-After", got.Header().Get("Retry-After") != "", w.status == http.StatusServiceUnavailable)
				if in.structured {
					is.Equal(t, name+": fault", faultName(t, got), w.in2011)
					is.Equal(t, name+": reason", root.at(t, "Body", "Fault", "Detail", w.in2011, "Reason").Text, w.reason)
				} else {
					is.Equal(t, name+": fault", faultName(t, got), w.in2014)
				}
				said := root.at(t, "Body", "Fault", "Reason", "Text").Text
				if strings.Contains(said, "fire") || (said == "Words for the sender.") != (k != fault.Internal) {
					t.Errorf("%s: the sender reads %q", name, said)
				}
			}
		}
	}
}
