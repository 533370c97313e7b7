package paper

import (
	"strings"
	"testing"

	"openiis/internal/form"
	"openiis/internal/is"
	"openiis/internal/policy"
)

func TestEveryMaterialIsPrintedWholeOnAsManyPagesAsItsLayoutHas(t *testing.T) {
	short(t)
	for _, state := range append(policy.States(), "neutral") {
		for _, m := range policy.Named(state).Papers().Materials {
			for _, l := range m.Languages() {
				sheet := m.Show(l.Code, nil)
				pdf, err := WriteSheet(sheet, printedOn)
				is.NoError(t, "write", err)
				text, pages := read(t, pdf)
				text = strings.Join(strings.Fields(text), " ")
				if most := map[form.Layout]int{form.FactSheet: 2}[m.Layout]; pages > max(most, 1) || strings.ContainsRune(text, box) {
					t.Errorf("%s, %s in %s: %d pages, or a letter that is not printed: %s", state, m.Code, l.Code, pages, text)
				}
				last := strings.Fields(sheet.Body[len(sheet.Body)-1].Say)
				if m.Layout != form.TearOff && !strings.Contains(text, last[len(last)-1]) {
					t.Errorf("%s, %s in %s: its end is missing: %s", state, m.Code, l.Code, text)
				}
				if m.Layout == form.TearOff && strings.Count(strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(sheet.Title, " ", "")) < 1 {
					t.Errorf("%s, %s in %s: no slip: %s", state, m.Code, l.Code, text)
				}
			}
		}
	}
}

func TestARunCountsThePagesOfEachPaperAnew(t *testing.T) {
	short(t)
	set := policy.Named("ma").Papers()
	letter := set.Material("newborn-letter").Show("spa", form.Values{"child": "Íñigo Muñoz", "parents": "María Muñoz", "address": "2 Larch Street\nBoston, MA 02108", "day": "x", "birth date": "y"})
	pdf, err := WriteRun("Notices", printedOn, []Part{{Sheet: letter}, {Sheet: set.Material("fact-sheet").Show("eng", nil)}, {Form: set.Form("objection").Show("spa", nil, nil)}})
	is.NoError(t, "write", err)
	text, pages := read(t, pdf)
	if pages < 3 || strings.Count(text, "Page 1") != 1 || strings.Count(text, "Página 1") != 1 || strings.Contains(text, "Page 3") {
		t.Errorf("%d pages: %s", pages, text)
	}
	for _, want := range []string{"Felicidades por el nacimiento de Íñigo Muñoz", "Boston, MA 02108", "Fact Sheet for Patients", "Objeción al intercambio"} {
		if !strings.Contains(text, want) {
			t.Errorf("the run does not say %q: %s", want, text)
		}
	}
	if _, err := WriteRun("Nothing", printedOn, nil); err == nil {
		t.Error("nothing was printed")
	}
}
