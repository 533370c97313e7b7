package paper

import (
	"slices"
	"strings"
	"time"

	"openiis/internal/form"
)

// Sizes of a form's text, in points, and heights of its lines, in millimetres.
const (
	bodySize   = 10.0
	bodyLine   = 4.6
	indent     = 5.0 // of a point of a list
	between    = 2.0 // between paragraphs
	gap        = 6.0 // between two fields that stand side by side
	half       = (width - gap) / 2
	labelSize  = 8.5
	labelLine  = 3.7
	answerSize = 10.5
	answerLine = 4.6
	writing    = 8.0 // height of a line to write on
	longLines  = 4   // so many of them for a long text
	boxSide    = 3.2
)

// formSheet is a form on its way to paper.
type formSheet struct {
	*papers
	d    *form.Document
	lang string
}

// WriteForm makes the PDF of a form: with lines to write on where it is not filled in,
// and with its signature where it is signed.
func WriteForm(d *form.Document, issued time.Time) ([]byte, error) {
	return WriteRun(d.Title, issued, []Part{{Form: d}})
}

// form draws a form.
func (p *papers) form(d *form.Document) {
	f := &formSheet{p, d, d.Language.Code}
	f.AddPage()
	f.body(d.Body)
	f.fields()
	f.signature()
	if d.Through != "" {
		f.SetY(f.GetY() + between)
		f.block(d.Through, 0, "")
	}
}

// body writes headings, paragraphs and points.
func (s *sheet) body(blocks []form.Block) {
	for i, b := range blocks {
		switch b.Kind {
		case form.Heading:
			s.heading(b.Say)
		case form.Point:
			s.block(b.Say, indent, "•")
		default:
			s.block(b.Say, 0, "")
		}
		if b.Kind != form.Heading && (i+1 == len(blocks) || b.Kind != form.Point || blocks[i+1].Kind != form.Point) {
			s.SetY(s.GetY() + between)
		}
	}
}

// heading writes one, never as the last line of a page.
func (s *sheet) heading(text string) {
	s.SetFont(font, "B", 11.5)
	lines := s.lines(text, width)
	s.room(5.2*float64(len(lines)) + 3 + 2*bodyLine)
	s.SetY(s.GetY() + 2)
	for _, line := range lines {
		s.write(margin, s.GetY()+4, line, 11.5, "B", navy)
		s.SetY(s.GetY() + 5.2)
	}
	s.SetY(s.GetY() + 1)
}

// block writes a text that begins so far from the margin, with a sign before its first
// line.
func (s *sheet) block(text string, from float64, sign string) {
	for _, part := range strings.Split(text, "\n") {
		s.SetFont(font, "", bodySize)
		for _, line := range s.lines(part, width-from) {
			s.room(bodyLine)
			if sign != "" {
				s.write(margin+1.5, s.GetY()+3.5, sign, bodySize, "", ink)
				sign = ""
			}
			s.write(margin+from, s.GetY()+3.5, line, bodySize, "", ink)
			s.SetY(s.GetY() + bodyLine)
		}
	}
}

// side are kinds of fields of which two stand side by side.
var side = []form.Kind{form.Short, form.Day, form.Email, form.Phone, form.NPI}

// fields writes what the form asks, with the answers or room for them.
func (f *formSheet) fields() {
	list := f.d.Answers
	for i := 0; i < len(list); i++ {
		a := &list[i]
		if a.Section != "" {
			f.heading(a.Section)
		}
		switch {
		case !slices.Contains(side, a.Kind):
			f.whole(a)
		case i+1 < len(list) && slices.Contains(side, list[i+1].Kind) && list[i+1].Section == "":
			i++
			f.pair(a, &list[i])
		default:
			f.pair(a, nil)
		}
	}
}

// cellLines are the lines of a field's label and answer in a width.
func (f *formSheet) cellLines(a *form.Answer, width float64) (label, answer []string) {
	f.SetFont(font, "", labelSize)
	label = f.lines(a.Label, width)
	f.SetFont(font, "B", answerSize)
	for _, text := range a.Shown {
		for _, part := range strings.Split(text, "\n") {
			answer = append(answer, f.lines(part, width)...)
		}
	}
	return label, answer
}

// pair writes two fields side by side; without a second one the first has all the room.
func (f *formSheet) pair(a, b *form.Answer) {
	w := width
	if b != nil {
		w = half
	}
	one := []*form.Answer{a, b}
	height, labels := 0.0, 0
	for _, a := range one {
		if a == nil {
			continue
		}
		label, answer := f.cellLines(a, w)
		labels = max(labels, len(label))
		height = max(height, answerLine*float64(len(answer)))
	}
	height = max(height, map[bool]float64{true: writing, false: answerLine}[f.blank()])
	f.room(labelLine*float64(labels) + height + 2.5)
	y := f.GetY()
	for i, a := range one {
		if a == nil {
			continue
		}
		x := margin + float64(i)*(half+gap)
		label, answer := f.cellLines(a, w)
		for k, line := range label {
			f.write(x, y+2.9+labelLine*float64(k+labels-len(label)), line, labelSize, "", quiet)
		}
		top := y + labelLine*float64(labels)
		for k, line := range answer {
			f.write(x, top+3.8+answerLine*float64(k), line, answerSize, "B", ink)
		}
		f.SetDrawColor(ink[0], ink[1], ink[2])
		f.SetLineWidth(0.2)
		f.Line(x, top+height, x+w, top+height)
	}
	f.SetY(y + labelLine*float64(labels) + height + 2.5)
}

// blank reports a form into which nothing was written yet, so that it is written on.
func (f *formSheet) blank() bool {
	return f.d.Signature == nil && !slices.ContainsFunc(f.d.Answers, func(a form.Answer) bool { return len(a.Values) > 0 })
}

// whole writes a field over the whole width: a long text, choices, a tick.
func (f *formSheet) whole(a *form.Answer) {
	if a.Kind == form.Tick {
		f.box(margin, width, a.Label, len(a.Values) > 0)
		f.SetY(f.GetY() + 1.2)
		return
	}
	label, answer := f.cellLines(a, width)
	f.room(labelLine*float64(len(label)) + 2*writing)
	for _, line := range label {
		f.write(margin, f.GetY()+2.9, line, labelSize, "", quiet)
		f.SetY(f.GetY() + labelLine)
	}
	switch {
	case a.Kind == form.Long && len(answer) == 0:
		for range longLines {
			f.room(writing)
			f.SetDrawColor(ink[0], ink[1], ink[2])
			f.SetLineWidth(0.2)
			f.Line(margin, f.GetY()+writing, pageWidth-margin, f.GetY()+writing)
			f.SetY(f.GetY() + writing)
		}
	case a.Kind == form.Long:
		for _, line := range answer {
			f.room(answerLine)
			f.write(margin, f.GetY()+3.8, line, answerSize, "B", ink)
			f.SetY(f.GetY() + answerLine)
		}
	default:
		f.SetY(f.GetY() + 0.8)
		f.boxes(a)
	}
	f.SetY(f.GetY() + 2.5)
}

// inRow is how many short choices stand side by side.
const inRow = 3

// boxes writes the choices of a field: short ones side by side, each in its third.
func (f *formSheet) boxes(a *form.Answer) {
	f.SetFont(font, "B", bodySize)
	for _, c := range a.Choices {
		if f.GetStringWidth(printable(c)) > width/inRow-indent-4 {
			for _, c := range a.Choices {
				f.box(margin, width, c, slices.Contains(a.Shown, c))
			}
			return
		}
	}
	for i := 0; i < len(a.Choices); i += inRow {
		f.room(bodyLine + 0.6)
		y := f.GetY()
		for k, c := range a.Choices[i:min(i+inRow, len(a.Choices))] {
			f.SetY(y)
			f.box(margin+width/inRow*float64(k), width/inRow, c, slices.Contains(a.Shown, c))
		}
	}
}

// box writes a box with what ticking it says, ticked or not.
func (f *formSheet) box(x, wide float64, text string, ticked bool) {
	style := ""
	if ticked {
		style = "B"
	}
	f.SetFont(font, style, bodySize)
	lines := f.lines(text, wide-indent-1)
	f.room(bodyLine*float64(len(lines)) + 0.6)
	y := f.GetY()
	f.SetDrawColor(ink[0], ink[1], ink[2])
	f.SetLineWidth(0.3)
	f.Rect(x, y+0.7, boxSide, boxSide, "D")
	if ticked {
		f.SetLineWidth(0.6)
		f.Line(x+0.6, y+1.3, x+boxSide-0.6, y+0.1+boxSide)
		f.Line(x+boxSide-0.6, y+1.3, x+0.6, y+0.1+boxSide)
	}
	for i, line := range lines {
		f.write(x+indent+1, y+3.5+bodyLine*float64(i), line, bodySize, style, ink)
	}
	f.SetY(y + bodyLine*float64(len(lines)) + 0.6)
}

// signature writes what the signer declares, and who signed or room to sign: together,
// so that no signature stands alone on a page.
func (f *formSheet) signature() {
	f.SetFont(font, "", bodySize)
	below := 25.0
	if f.d.Signature != nil {
		below = 46
	}
	f.room(min(10.5+bodyLine*float64(len(f.lines(f.d.Declares, width)))+below, bottom-60))
	f.heading(form.Words(f.lang, "signature") + ": " + f.d.Signer.Words(f.lang))
	f.block(f.d.Declares, 0, "")
	f.SetY(f.GetY() + between)
	if f.d.Signature == nil {
		f.toSign()
		return
	}
	f.signed()
}

// toSign is room for a signature by hand.
func (f *formSheet) toSign() {
	rows := [][2]string{{form.Words(f.lang, "signature"), form.Words(f.lang, "day of signature")}, {form.Words(f.lang, "print name"), f.d.Signer.TitleLabel(f.lang)}}
	f.room(25)
	f.SetDrawColor(ink[0], ink[1], ink[2])
	f.SetLineWidth(0.2)
	for _, row := range rows {
		y := f.GetY() + 8.5
		for i, label := range row {
			x := margin + float64(i)*(half+gap)
			f.Line(x, y, x+half, y)
			f.write(x, y+3.5, f.cutTo(label, half, 8, ""), 8, "", quiet)
		}
		f.SetY(y + 4)
	}
}

// signed is the signature as it was made, in a frame.
func (f *formSheet) signed() {
	s := f.d.Signature
	f.SetFont(font, "B", answerSize)
	height := 32.0 + valueHeight*float64(max(len(f.lines(s.Name, half-6)), len(f.lines(s.Title, half-6)))-1)
	if !f.d.Until.IsZero() {
		height += 5
	}
	f.room(height + 2)
	y := f.GetY()
	f.SetDrawColor(navy[0], navy[1], navy[2])
	f.SetLineWidth(0.4)
	f.Rect(margin, y, width, height, "D")
	x := margin + 4.0
	lines := f.labelled(x, y+5, half-6, form.Words(f.lang, "signed"), s.Name)
	if s.Title != "" {
		lines = max(lines, f.labelled(x+half, y+5, half-6, f.d.Signer.TitleLabel(f.lang), s.Title))
	}
	y += 14 + valueHeight*float64(lines-1)
	f.labelled(x, y, half-6, form.Words(f.lang, "day of signature"), form.DayWords(f.lang, s.Day))
	if !f.d.Until.IsZero() {
		f.labelled(x+half, y, half-6, form.Words(f.lang, "until"), form.DayWords(f.lang, f.d.Until))
	}
	f.write(x, y+9, f.cutTo(form.Words(f.lang, "electronic"), width-8, 8, ""), 8, "", ink)
	say := form.Words(f.lang, "digest") + ": " + s.Digest
	if !f.d.Holds() {
		say = form.Words(f.lang, "changed")
	}
	f.SetFont(font, "", 7)
	for i, line := range f.lines(say, width-8) {
		f.write(x, y+13+3.2*float64(i), line, 7, "", ink)
	}
	f.SetY(f.GetY() + height + 2)
}
