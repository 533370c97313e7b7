// Package paper makes the official immunization record, a PDF that a parent can
// hand to a school, the report of who saw a record, and states' forms and materials.
//
// It takes words and days and decides nothing: what is on a record is said by
// package chart, what is on a form by package form, who may print one by the pages. A
// PDF made here has no tags for screen readers; the page of the record or form itself,
// printed or read aloud, is the accessible one. Start at Write, WriteAccess,
// WriteForm, WriteSheet and WriteRun.
package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"

	"openiis/internal/cal"
)

// Record is what is printed.
type Record struct {
	Name     string
	Birth    cal.Date
	Sex      string
	Guardian string // a parent or guardian; may be empty
	Groups   []Group
	Facts    []Fact
	Next     []Next // what needs action first
	Silent   string // why nothing is said of next vaccines; empty when something is
	Schedule string // release of the schedule that judged; empty when none did
	Assessed cal.Date
	Issuer   string // the registry
	By       string // who had it printed
	Issued   time.Time
}

// Group is a row: the doses of one vaccine group in order of date.
type Group struct {
	Name  string
	Doses []Dose
}

// Dose is a cell.
type Dose struct {
	Date    cal.Date
	Vaccine string // its brand, or what it is
	// Partial says that it was given in part only, Unsure that another dose
	// may be the same shot. Both are marked, and the marks explained.
	Partial, Unsure bool
	// Doubt says that it does not count, not for everything, or could not be judged,
	// and Why the reason, in a sentence; empty when there is none.
	Doubt, Why string
}

// Next is what is next in a vaccine group.
type Next struct {
	Group  string
	Status string   // in words, which go on with On
	On     cal.Date // None: the words say all
	Done   bool     // nothing more is needed: complete or immune
}

// Fact is an immunity, a contraindication or the like.
type Fact struct {
	Date cal.Date
	Say  string
}

// Letter paper in millimetres, and what stands where on it.
const (
	pageWidth, pageHeight = 215.9, 279.4
	margin                = 14
	width                 = pageWidth - 2*margin
	bottom                = pageHeight - 19 // where the footer begins
	font                  = "Liberation"
)

// pages stands for their number until all are made.
const pages = "{pages}"

// sheet is a record on its way to paper.
type sheet struct {
	*fpdf.Fpdf
	r     *Record
	title string  // at the top of every page
	air   float64 // above and below the text of a row
}

// newSheet begins a PDF about a person.
func newSheet(r *Record, title string) *sheet {
	s := begin("P", title, "en-US", r.Issued)
	s.r = r
	s.SetHeaderFunc(s.head)
	s.SetFooterFunc(s.foot)
	return s
}

// begin begins a PDF without anything on its pages: upright (P) or across (L).
func begin(way, title, lang string, issued time.Time) *sheet {
	s := &sheet{fpdf.New(way, "mm", "Letter", ""), nil, title, padding}
	s.SetTitle(title, true)
	s.SetLang(lang)
	s.SetCreationDate(issued)
	s.SetModificationDate(issued)
	s.AddUTF8FontFromBytes(font, "", liberationsansregular.TTF)
	s.AddUTF8FontFromBytes(font, "B", liberationsansbold.TTF)
	s.SetMargins(margin, margin, margin)
	s.SetAutoPageBreak(false, 0)
	s.SetCellMargin(0)
	s.AliasNbPages(pages)
	return s
}

// Write makes the PDF.
func Write(r *Record) ([]byte, error) {
	s := newSheet(r, "Official Immunization Record")
	s.AddPage()
	s.person()
	s.doses()
	s.next()
	s.facts()
	s.notes()
	var b bytes.Buffer
	if err := s.Output(&b); err != nil {
		return nil, fmt.Errorf("make a record's PDF: %w", err)
	}
	return b.Bytes(), nil
}

// The colours, as the pages have them.
var (
	ink   = [3]int{27, 27, 27}
	quiet = [3]int{86, 92, 101}
	navy  = [3]int{22, 46, 81}
)

// write puts one line of text at a place and returns its end.
func (s *sheet) write(x, y float64, text string, size float64, style string, colour [3]int) float64 {
	s.SetFont(font, style, size)
	s.SetTextColor(colour[0], colour[1], colour[2])
	text = printable(text)
	s.Text(x, y, text)
	return x + s.GetStringWidth(text)
}

// writeRight puts one line of text so that it ends at the right margin when it
// is as wide as another.
func (s *sheet) writeRight(y float64, text, wide string, size float64, colour [3]int) {
	s.SetFont(font, "", size)
	s.write(pageWidth-margin-s.GetStringWidth(printable(wide)), y, text, size, "", colour)
}

// paragraph puts a text into as many lines as it needs and moves on.
func (s *sheet) paragraph(text string, size float64, colour [3]int) {
	s.SetFont(font, "", size)
	for _, line := range s.lines(text, width) {
		s.room(size * 0.45)
		s.write(margin, s.GetY()+size*0.35, line, size, "", colour)
		s.SetY(s.GetY() + size*0.45)
	}
}

// lines cuts a text at blanks into lines of the current font that fit a width.
func (s *sheet) lines(text string, width float64) []string {
	var out []string
	for _, line := range s.SplitText(printable(text), width) {
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// room begins a new page when there is not as much room as needed.
func (s *sheet) room(needed float64) {
	if s.GetY()+needed > bottom {
		s.AddPage()
	}
}

// head is the top of every page; after the first it says whose record it is.
func (s *sheet) head() {
	s.write(margin, 17, s.title, 17, "B", navy)
	s.writeRight(17, s.r.Issuer, s.r.Issuer, 9, quiet)
	s.SetDrawColor(navy[0], navy[1], navy[2])
	s.SetLineWidth(0.6)
	s.Line(margin, 20, pageWidth-margin, 20)
	s.SetY(24)
	if s.PageNo() > 1 {
		s.SetFont(font, "B", 10)
		for _, line := range s.lines(s.r.Name+", born "+day(s.r.Birth)+" (continued)", width) {
			s.write(margin, s.GetY()+2, line, 10, "B", ink)
			s.SetY(s.GetY() + 4.5)
		}
		s.SetY(s.GetY() + 1.5)
	}
}

// foot is the bottom of every page: who issued it and when, and which page it is.
func (s *sheet) foot() {
	s.SetDrawColor(quiet[0], quiet[1], quiet[2])
	s.SetLineWidth(0.2)
	s.Line(margin, pageHeight-16, pageWidth-margin, pageHeight-16)
	if s.r.Schedule != "" {
		s.write(margin, pageHeight-7.5, fmt.Sprintf("Assessed on %s by CDC’s immunization schedule, release %s", day(s.r.Assessed), s.r.Schedule), 8, "", ink)
	}
	issued := fmt.Sprintf("Issued by %s on %s, printed by %s", s.r.Issuer, s.r.Issued.Format(dayFormat), s.r.By)
	s.SetFont(font, "", 8)
	s.write(margin, pageHeight-11.5, s.cut(issued, width-30), 8, "", ink)
	s.writeRight(pageHeight-11.5, fmt.Sprintf("Page %d of "+pages, s.PageNo()), fmt.Sprintf("Page %d of 1", s.PageNo()), 8, ink)
}

// person says whose record it is.
func (s *sheet) person() {
	s.SetFont(font, "B", 15)
	for _, line := range s.lines(s.r.Name, width) {
		s.write(margin, s.GetY()+5, line, 15, "B", ink)
		s.SetY(s.GetY() + 6.5)
	}
	if strings.ContainsRune(printable(s.r.Name+s.r.Guardian), box) {
		s.paragraph("□ stands for a letter that cannot be printed here. Write the name in by hand.", 9, ink)
	}
	y := s.GetY() + 3.5
	s.labelled(margin, y, 40, "Birth date", day(s.r.Birth))
	s.labelled(margin+44, y, 40, "Sex", s.r.Sex)
	lines := 1
	if s.r.Guardian != "" {
		lines = s.labelled(margin+88, y, width-88, "Parent or guardian", s.r.Guardian)
	}
	s.SetY(y + 9 + valueHeight*float64(lines-1))
}

// valueHeight is the height of a line of a labelled value.
const valueHeight = 4.4

// labelled puts a value under its label, into as many lines as it needs, and
// returns how many these are.
func (s *sheet) labelled(x, y, width float64, label, value string) int {
	s.write(x, y, label, 8, "", quiet)
	s.SetFont(font, "B", 10.5)
	lines := s.lines(value, width)
	for i, line := range lines {
		s.write(x, y+4.6+valueHeight*float64(i), line, 10.5, "B", ink)
	}
	return len(lines)
}

// facts are listed under the doses.
func (s *sheet) facts() {
	if len(s.r.Facts) == 0 {
		return
	}
	s.room(14)
	s.SetY(s.GetY() + 4)
	s.write(margin, s.GetY()+3.5, "Immunity, contraindications and other facts", 10, "B", ink)
	s.SetY(s.GetY() + 5.5)
	for _, f := range s.r.Facts {
		s.paragraph(day(f.Date)+": "+f.Say, 9, ink)
	}
}

// signatureHeight is the room for a signature.
const signatureHeight = 15

// notes say how to read the record, and leave room for a signature.
func (s *sheet) notes() {
	s.SetY(s.GetY() + 2.5)
	for _, m := range s.r.marks() {
		s.paragraph(m, 8, ink)
	}
	s.paragraph("Doses are in order of date. A combination vaccine stands in the row of each disease it protects against. "+
		"This is what the registry knew on the day of issue; other doses may have been given. "+
		"Next vaccines are for the day of assessment; a school or an employer may ask for others.", 8, quiet)
	s.room(signatureHeight)
	y := s.GetY() + signatureHeight - 4
	s.SetDrawColor(ink[0], ink[1], ink[2])
	s.SetLineWidth(0.2)
	s.Line(margin, y, margin+90, y)
	s.Line(pageWidth-margin-50, y, pageWidth-margin, y)
	s.write(margin, y+3.5, "Signature or stamp, where one is required", 8, "", quiet)
	s.write(pageWidth-margin-50, y+3.5, "Date", 8, "", quiet)
}

// marks explain the marks that some dose has.
func (r *Record) marks() []string {
	partial, unsure := false, false
	var not []string
	for _, g := range r.Groups {
		for _, d := range g.Doses {
			partial, unsure = partial || d.Partial, unsure || d.Unsure
			if d.Doubt != "" {
				not = append(not, "‡ "+d.Doubt+": "+g.Name+", "+day(d.Date)+". "+d.Why)
			}
		}
	}
	var out []string
	if partial {
		out = append(out, "† This dose was given in part only.")
	}
	if unsure {
		out = append(out, "* This dose and another may be one and the same.")
	}
	return append(out, not...)
}

// belowTable is about how much room next vaccines, facts, notes and signature need.
func (s *sheet) belowTable() float64 {
	const line = 3.6
	needed := 2.5 + signatureHeight + s.nextHeight()
	s.SetFont(font, "", 8)
	needed += line * float64(2+len(s.lines(strings.Join(s.r.marks(), " "), width))+len(s.r.marks()))
	if n := len(s.r.Facts); n > 0 {
		needed += 9.5 + 4.1*float64(n)
	}
	return needed
}

// dayFormat is a day as Americans write it, with the month in words.
const dayFormat = "Jan 2, 2006"

func day(d cal.Date) string {
	if d == cal.None {
		return "not known"
	}
	return d.Time().Format(dayFormat)
}
