package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"

	"openiis/internal/cal"
	"openiis/internal/is"
)

// group is a row with doses of a vaccine in these months of age.
func group(name, vaccine string, months ...int) Group {
	g := Group{Name: name}
	born := cal.Of(2009, 4, 5)
	for _, m := range months {
		on := born.AddMonths(m).AddDays(3)
		g.Doses = append(g.Doses, Dose{Date: on, Vaccine: vaccine})
	}
	return g
}

// complete is a child of sixteen with every dose of the schedule.
func complete() *Record {
	flu := group("Influenza", "Influenza, split virus, quadrivalent, preservative free", 6, 7, 18, 30, 42, 54, 66, 78, 90, 102, 114, 126, 138, 150, 162, 174, 186)
	return &Record{
		Name: "Zoë María Nguyễn Đặng-Łukasz", Birth: cal.Of(2009, 4, 5), Sex: "Female", Guardian: "Ánna Nguyễn",
		Groups: []Group{
			group("COVID-19", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose", 145, 146, 152, 165, 177),
			group("Diphtheria, tetanus, pertussis (DTaP)", "DTaP-Hep B-IPV", 2, 4, 6, 15, 50),
			group("Haemophilus influenzae type b (Hib)", "Hib (PRP-T)", 2, 4, 6, 15),
			group("Hepatitis A", "Hep A, ped/adol, 2 dose", 12, 20), group("Hepatitis B", "Hep B, adolescent or pediatric", 0, 2, 6),
			group("Human papillomavirus (HPV)", "HPV9", 132, 138), flu,
			group("Measles, mumps, rubella (MMR)", "MMRV", 12, 50), group("Meningococcal (ACWY)", "Meningococcal MCV4O", 135, 192),
			group("Meningococcal B", "Meningococcal B, recombinant", 192, 193),
			group("Pneumococcal conjugate (PCV)", "Pneumococcal conjugate PCV 13", 2, 4, 6, 12), group("Polio", "IPV", 2, 4, 6, 50),
			group("Rotavirus", "Rotavirus, pentavalent", 2, 4, 6), group("Tetanus, diphtheria, pertussis (Tdap)", "Tdap", 135),
			group("Varicella (chickenpox)", "MMRV", 12, 50),
		},
		Facts: []Fact{{cal.Of(2014, 5, 2), "Presumed immunity after disease: Varicella infection"}},
		Next: []Next{
			{Group: "COVID-19", Status: "Due now"}, {Group: "Influenza", Status: "Due now"},
			{Group: "Diphtheria, tetanus, pertussis", Status: "Due from", On: cal.Of(2030, 7, 8)},
			{Group: "Haemophilus influenzae type b (Hib)", Status: "Complete", Done: true}, {Group: "Hepatitis A", Status: "Complete", Done: true},
			{Group: "Hepatitis B", Status: "Complete", Done: true}, {Group: "Human papillomavirus (HPV)", Status: "Complete", Done: true},
			{Group: "Measles, mumps, rubella (MMR)", Status: "Complete", Done: true}, {Group: "Meningococcal (ACWY)", Status: "Complete", Done: true},
			{Group: "Meningococcal B", Status: "Complete", Done: true}, {Group: "Pneumococcal", Status: "Complete", Done: true},
			{Group: "Polio", Status: "Complete", Done: true}, {Group: "Varicella (chickenpox)", Status: "Immune", Done: true},
			{Group: "Rotavirus", Status: "Too old for it"},
		},
		Schedule: "4.64-508", Assessed: cal.Of(2025, 11, 22),
		Issuer: "Immunization registry", By: "Nora Nurse", Issued: time.Date(2025, 11, 22, 9, 30, 0, 0, time.UTC),
	}
}

// read is the text of a PDF as poppler reads it, and how many pages it has.
func read(t *testing.T, pdf []byte) (text string, pages int) {
	t.Helper()
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("poppler is needed for this test: install Debian's package poppler-utils, or run with -short")
	}
	file := filepath.Join(t.TempDir(), "record.pdf")
	is.NoError(t, "keep", os.WriteFile(file, pdf, 0o600))
	out, err := exec.Command(path, "-layout", file, "-").Output()
	is.NoError(t, "read the PDF", err)
	return string(out), strings.Count(string(out), "\f")
}

func write(t *testing.T, r *Record) []byte {
	t.Helper()
	pdf, err := Write(r)
	is.NoError(t, "write", err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatal("this is no PDF")
	}
	return pdf
}

func short(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves poppler out")
	}
}

func TestACompleteChildIsOnOnePage(t *testing.T) {
	short(t)
	text, pages := read(t, write(t, complete()))
	is.Equal(t, "pages", pages, 1)
	for _, want := range []string{
		"Official Immunization Record", "Zoë María Nguyễn Đặng-Łukasz", "Apr 5, 2009", "Female", "Ánna Nguyễn", "Dose 6",
		"Hepatitis B", "Apr 8, 2009", "doses 7 to 12", "Varicella infection", "Issued by Immunization registry on Nov 22, 2025", "printed by Nora Nurse",
		"Page 1 of 1", "Signature", "Next vaccines", "Due now COVID-19", "Due from Jul 8, 2030 Diphtheria", "Complete or immune: Haemophilus",
		"Assessed on Nov 22, 2025 by CDC’s immunization schedule, release 4.64-508",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the record does not say %q:\n%s", want, text)
		}
	}
}

func TestVaccinesAreNamedInFullWhereThereIsRoom(t *testing.T) {
	short(t)
	r := complete()
	r.Next = nil
	r.Groups = []Group{group("Hepatitis B", "Hep B, adolescent or pediatric", 0), group("Rotavirus", "Rotavirus, pentavalent", 2)}
	text, _ := read(t, write(t, r))
	is.Equal(t, "in full", strings.Contains(text, "Hep B, adolescent") && strings.Contains(text, "or pediatric"), true)
	is.Equal(t, "not twice", strings.Count(text, "Rotavirus"), 1)
}

func TestALongRecordGoesOnWithNameAndHeadings(t *testing.T) {
	short(t)
	r := complete()
	for i := range 10 {
		r.Groups = append(r.Groups, group(fmt.Sprintf("Another group %d", i), "Vaccine", 1, 2, 3, 4, 5, 6, 7))
	}
	text, pages := read(t, write(t, r))
	is.Equal(t, "pages", pages, 2)
	_, second, _ := strings.Cut(text, "\f")
	for _, want := range []string{"Zoë María Nguyễn Đặng-Łukasz, born Apr 5, 2009 (continued)", "Dose 1", "Page 2 of 2", "Another group 9"} {
		if !strings.Contains(second, want) {
			t.Errorf("the second page does not say %q:\n%s", want, second)
		}
	}
}

func TestMarksAreExplainedWhereThereAreAny(t *testing.T) {
	short(t)
	r := complete()
	text, _ := read(t, write(t, r))
	is.Equal(t, "no mark", strings.Contains(text, "in part only"), false)
	r.Groups[0].Doses[0].Partial, r.Groups[0].Doses[1].Unsure = true, true
	text, _ = read(t, write(t, r))
	for _, want := range []string{"2021 †", "2021 *", "† This dose was given in part only", "* This dose and another"} {
		if !strings.Contains(text, want) {
			t.Errorf("the record does not say %q:\n%s", want, text)
		}
	}
}

func TestADoseThatDoesNotCountIsMarkedAndSaysWhy(t *testing.T) {
	short(t)
	r := complete()
	text, _ := read(t, write(t, r))
	is.Equal(t, "no mark", strings.Contains(text, "‡"), false)
	r.Groups[0].Doses[2].Doubt, r.Groups[0].Doses[2].Why = "Does not count", "Given 10 days before the minimum interval of 28 days."
	text, pages := read(t, write(t, r))
	is.Equal(t, "pages", pages, 1)
	for _, want := range []string{"2021 ‡", "‡ Does not count: COVID-19, Dec 8, 2021. Given 10 days before the minimum interval of 28 days."} {
		if !strings.Contains(text, want) {
			t.Errorf("the record does not say %q:\n%s", want, text)
		}
	}
}

func TestEveryMarkOfADoseIsExplainedAndStaysInItsCell(t *testing.T) {
	short(t)
	r := complete()
	d := r.Groups[0].Doses
	d[0].Date, d[0].Partial, d[0].Unsure = cal.Of(2021, 9, 28), true, true
	d[0].Doubt, d[0].Why = "Does not count", "Only a part of the dose was given; it must be repeated."
	d[1].Doubt, d[1].Why = "Does not count for diphtheria and tetanus", "Given 14 days after the previous dose of Jun 6, 2021."
	d[2].Doubt, d[2].Why = "Could not be judged", "The dose is dated before the birth date."
	text, _ := read(t, write(t, r))
	for _, want := range []string{
		"Sep 28, 2021 †*‡", "‡ Does not count: COVID-19, Sep 28, 2021. Only a part",
		"‡ Does not count for diphtheria and tetanus: COVID-19, Jun 8, 2021. Given", "‡ Could not be judged: COVID-19, Dec 8, 2021. The dose",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the record does not say %q:\n%s", want, text)
		}
	}
	s := &sheet{fpdf.New("P", "mm", "Letter", ""), r, "", padding}
	s.AddUTF8FontFromBytes(font, "", liberationsansregular.TTF)
	s.AddUTF8FontFromBytes(font, "B", liberationsansbold.TTF)
	c := s.cell(r.Groups[0].Name, d[0], mostLines)
	s.SetFont(font, "B", c.dateSize)
	if w := s.GetStringWidth(c.date); w > cellWidth-2*padding+0.01 {
		t.Errorf("a date with all marks is %.1f mm wide, the cell has %.1f", w, cellWidth-2*padding)
	}
}

func TestWhyNothingIsSaidOfNextVaccinesIsSaid(t *testing.T) {
	short(t)
	r := complete()
	r.Next, r.Silent, r.Schedule = nil, "The birth date is not known.", ""
	text, _ := read(t, write(t, r))
	is.Equal(t, "said", strings.Contains(text, "Next vaccines") && strings.Contains(text, "The birth date is not known."), true)
	is.Equal(t, "no schedule is named", strings.Contains(text, "Assessed on"), false)
}

func TestLongNamesStayOnThePaper(t *testing.T) {
	short(t)
	const long = "Maximiliana-Antoinette Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen y Fernández de Córdoba"
	r := complete()
	r.Name, r.Guardian, r.By = long, "María de los Ángeles Guadalupe "+long, "Registered Nurse "+long
	for i := range 20 {
		r.Groups = append(r.Groups, group(fmt.Sprintf("Another group %d", i), long, 1, 2, 3, 4, 5, 6, 7))
	}
	pdf := write(t, r)
	text, _ := read(t, pdf)
	for _, want := range []string{"Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen", "de los Ángeles", "(continued)", "Page 2 of", "printed by Registered Nurse", "…"} {
		if !strings.Contains(text, want) {
			t.Errorf("the record does not say %q:\n%s", want, text)
		}
	}
	const right = (pageWidth - margin + 0.5) / 25.4 * 72
	file := filepath.Join(t.TempDir(), "record.pdf")
	is.NoError(t, "keep", os.WriteFile(file, pdf, 0o600))
	boxes, err := exec.Command("pdftotext", "-bbox", file, "-").Output()
	is.NoError(t, "measure the PDF", err)
	words := regexp.MustCompile(`xMax="([0-9.]+)" yMax="[0-9.]+">([^<]*)`).FindAllStringSubmatch(string(boxes), -1)
	is.Equal(t, "words are measured", len(words) > 100, true)
	for _, w := range words {
		if end, err := strconv.ParseFloat(w[1], 64); err != nil || end > right {
			t.Errorf("%q ends at %s points, beyond the right margin at %.0f", w[2], w[1], right)
		}
	}
}

func TestLettersThatCannotBePrintedAreExplained(t *testing.T) {
	const says = "Write the name in by hand"
	for name, wanted := range map[string]bool{"Zoë Nguyễn Иванова": false, "小明 王": true, "فاطمة محمد": true} {
		r := complete()
		r.Name = name
		pdf, err := Write(r)
		is.NoError(t, name, err)
		text, pages := read(t, pdf)
		is.Equal(t, name+": it is said", strings.Contains(text, says), wanted)
		is.Equal(t, name+": pages", pages, 1)
	}
}

func TestNoTextBreaksTheRecord(t *testing.T) {
	for _, name := range []string{"", "😀 Smiley", "王 小明", "e\u0301tude", strings.Repeat("Very Long ", 60), "a\x00b\nc", "\xff", strings.Repeat("W", 400)} {
		r := complete()
		r.Name, r.Guardian, r.By = name, name, name
		r.Groups = append(r.Groups, Group{Name: name, Doses: []Dose{{Vaccine: name}}})
		r.Facts = append(r.Facts, Fact{Say: name})
		write(t, r)
	}
	write(t, &Record{})
	is.Equal(t, "composed", printable("e\u0301tude"), "étude")
	is.Equal(t, "boxes", printable("王😀x"), "□□x")
	is.Equal(t, "turned around", printable("\u202eA\u2066d\u2069a\u00ad\u200d"), "Ada")
}

func BenchmarkWrite(b *testing.B) {
	r := complete()
	for b.Loop() {
		if _, err := Write(r); err != nil {
			b.Fatal(err)
		}
	}
}
