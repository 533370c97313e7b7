package paper

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/is"
)

// accessReport is one of so many lines.
func accessReport(n int) *Access {
	a := &Access{
		Name: "Juniper Rose Marsh", Birth: cal.Of(2023, 4, 5), Number: "0ABCDEFGHJKM1", Issuer: "OpenIIS Immunization Registry", By: "Nora Fern",
		Issued: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC),
	}
	for i := range n {
		a.Lines = append(a.Lines, AccessLine{fmt.Sprintf("Mar 2, 2026, %d:04 PM EST", 1+i%12), "Noor Fernwick", "Clinic user of Oak Street Pediatrics", "Received this record in answer to a query"})
	}
	return a
}

func TestAnAccessReportSaysWhoDidWhatAndWhatIsNotListed(t *testing.T) {
	pdf, err := WriteAccess(accessReport(120))
	is.NoError(t, "write", err)
	text, pages := read(t, pdf)
	text = strings.Join(strings.Fields(text), " ")
	for _, want := range []string{
		"Who Saw This Record", "Juniper Rose Marsh", "Apr 5, 2023", "0ABCDEFGHJKM1", "Mar 2, 2026, 12:04 PM EST", "Noor Fernwick", "Clinic user of Oak Street Pediatrics",
		"Received this record in answer to a query", "Not listed is what the registry", "Page 1 of", "(continued)", "printed by Nora Fern",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "more lines than this report holds") {
		t.Error("it says that there are more")
	}
	if pages < 4 {
		t.Errorf("%d pages", pages)
	}
	if n := strings.Count(text, "Noor Fernwick"); n != 120 {
		t.Errorf("%d lines of 120", n)
	}
	a := accessReport(3)
	a.More = true
	a.Name = "Maximiliana-Antoinette-Wilhelmina Wolfeschlegelsteinhausenbergerdorff-O’Higgins of a very long name indeed"
	pdf, err = WriteAccess(a)
	is.NoError(t, "write", err)
	text, _ = read(t, pdf)
	if text := strings.Join(strings.Fields(text), " "); !strings.Contains(text, "These are the newest 3;") {
		t.Errorf("it does not say that there are more: %s", text)
	}
}
