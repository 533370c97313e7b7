package paper

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/form"
	"openiis/internal/is"
	"openiis/internal/policy"
)

var printedOn = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// saysOf is what a form's PDF says, with spaces made one.
func saysOf(t *testing.T, d *form.Document) (text string, pages int) {
	t.Helper()
	pdf, err := WriteForm(d, printedOn)
	is.NoError(t, "write", err)
	text, pages = read(t, pdf)
	return strings.Join(strings.Fields(text), " "), pages
}

func TestABlankFormHasItsWordsAndLinesToWriteOnInItsLanguage(t *testing.T) {
	short(t)
	f := policy.Named("ma").Papers().Form("objection")
	text, pages := saysOf(t, f.Show("spa", nil, nil))
	is.Equal(t, "pages", pages, 2)
	for _, want := range []string{
		"Objeción al intercambio de datos", "Massachusetts Immunization Information System (MIIS)", "Qué pasa si usted se opone", "hijo o hija", "Fecha de nacimiento", "código postal",
		"Firma: Paciente, madre, padre o tutor/a legal", "Me opongo a que", "Nombre en letra de imprenta", "Formulario objection, versión del 30 de noviembre de 2026", "Página 1 de 2",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the form does not say %q:\n%s", want, text)
		}
	}
	if strings.ContainsRune(text, box) {
		t.Errorf("a letter is not printed: %s", text)
	}
}

func TestASignedFormShowsWhoSignedWhatAndItsDigest(t *testing.T) {
	short(t)
	f := policy.Named("mn").Papers().Form("data-use-agreement")
	v := form.Values{"organization": "Oak Street Pediatrics"}
	a := form.Answers{
		"organization": {"Oak Street Pediatrics"}, "kind": {"clinic"}, "address": {"1 Oak Street, Duluth, MN 55802"}, "phone": {"555-010-0199"}, "facilities": {"Oak Street\nPine Street"},
		"uses": {"assess", "report"}, "representative-email": {"ada@example.org"}, "contact": {"Ida Vang"}, "contact-email": {"ida@example.org"},
	}
	d, wrong := f.Sign("eng", v, a, form.Signing{Name: "Ada Fern", Title: "Medical Director", Agrees: true, Seen: f.Show("eng", v, nil).Seen(), Day: cal.Of(2026, 11, 30)})
	is.Equal(t, "wrong", wrong, []form.Wrong(nil))
	text, _ := saysOf(t, d)
	for _, want := range []string{
		"between the Minnesota Department of Health (MDH) and the organization", "within 1 week", "Oak Street Pine Street", "Signed", "Ada Fern", "Medical Director", "Nov 30, 2026", "Nov 29, 2029",
		"I am authorized to sign for Oak Street Pediatrics.", d.Signature.Digest, "Signed electronically",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the form does not say %q:\n%s", want, text)
		}
	}
	d.Answers[0].Shown[0] = "Another"
	text, _ = saysOf(t, d)
	is.Equal(t, "what was changed is told", strings.Contains(text, "This document is NOT what was signed") && !strings.Contains(text, d.Signature.Digest), true)
}

func TestEveryFormOfEveryStatePrintsItsSignatureWhole(t *testing.T) {
	short(t)
	for _, state := range append(policy.States(), "neutral") {
		for _, f := range policy.Named(state).Papers().Forms {
			for _, l := range f.Languages() {
				pdf, err := WriteForm(f.Show(l.Code, nil, nil), printedOn)
				is.NoError(t, "write", err)
				text, pages := read(t, pdf)
				if strings.ContainsRune(text, box) || pages > 4 {
					t.Errorf("%s, %s in %s: %d pages, or a letter that is not printed:\n%s", state, f.Code, l.Code, pages, text)
				}
				sheets := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
				last := strings.Join(strings.Fields(sheets[len(sheets)-1]), " ")
				for _, want := range []string{form.Words(l.Code, "signature") + ": " + f.Signer.Words(l.Code), form.Words(l.Code, "print name")} {
					if !strings.Contains(last, want) {
						t.Errorf("%s, %s in %s: the last page has no %q: %s", state, f.Code, l.Code, want, last)
					}
				}
			}
		}
	}
}

func TestALongAnswerGoesOnOverPages(t *testing.T) {
	short(t)
	f := policy.Named("mn").Papers().Form("data-use-agreement")
	var lines []string
	for range 120 {
		lines = append(lines, "Facility of the north, with an address that is as long as addresses are")
	}
	text, pages := saysOf(t, f.Show("eng", nil, form.Answers{"facilities": {strings.Join(lines, "\n")}}))
	if n := strings.Count(text, "Facility of the north"); n != 120 || pages < 4 {
		t.Errorf("%d lines on %d pages", n, pages)
	}
}
