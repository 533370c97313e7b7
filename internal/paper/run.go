package paper

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/form"
)

// Part is one paper of a run: a form, or a material.
type Part struct {
	Form  *form.Document
	Sheet *form.Sheet
}

// papers are forms and materials on their way to paper, one after the other, each from
// a page of its own.
type papers struct {
	*sheet
	now  face
	from int  // the page on which the present one begins
	many bool // there are several: pages are counted anew in each, without their number
}

// face is what stands on the top and at the bottom of every page of a paper.
type face struct {
	code, lang, issuer, title string
	version                   cal.Date
	bare                      bool // nothing stands on top
	isForm                    bool
}

// WriteRun makes one PDF of several papers, to be printed together.
func WriteRun(title string, issued time.Time, parts []Part) ([]byte, error) {
	if len(parts) == 0 {
		return nil, errors.New("make a PDF: there is nothing to print")
	}
	p := &papers{sheet: begin("P", title, parts[0].face().tag(), issued), many: len(parts) > 1}
	p.SetHeaderFunc(p.head)
	p.SetFooterFunc(p.foot)
	for i, part := range parts {
		if i > 0 {
			p.close()
		}
		p.now, p.from = part.face(), p.PageNo()+1
		if part.Form != nil {
			p.form(part.Form)
		} else {
			p.material(part.Sheet)
		}
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("make a PDF of forms or materials: %w", err)
	}
	return b.Bytes(), nil
}

// face is that of a part.
func (part Part) face() face {
	if d := part.Form; d != nil {
		return face{code: d.Code, lang: d.Language.Code, issuer: d.Issuer, title: d.Title, version: d.Version, isForm: true}
	}
	s := part.Sheet
	return face{code: s.Code, lang: s.Language.Code, issuer: s.Issuer, title: s.Title, version: s.Version, bare: s.Layout != form.FactSheet && s.Layout != form.Wording && s.Layout != form.Mail}
}

// tag is the paper's language as PDF names it.
func (f face) tag() string { return form.Language{Code: f.lang}.Tag() }

// head is the top of a page: the registry and the title, smaller after the first page.
func (p *papers) head() {
	if p.now.bare {
		p.SetY(margin)
		return
	}
	p.write(margin, 14, p.cutTo(p.now.issuer, width, 9, ""), 9, "", quiet)
	size, step := 17.0, 7.2
	if p.PageNo() > p.from {
		size, step = 11, 5
	}
	p.SetFont(font, "B", size)
	y := 14 + step
	for _, line := range p.lines(p.now.title, width) {
		p.write(margin, y, line, size, "B", navy)
		y += step
	}
	y -= step - 2.6
	p.rule(y, 0.6, navy)
	p.SetY(y + 4)
}

// close writes the foot of the last page of a paper while it is still the present one:
// the library would write it when the next page begins.
func (p *papers) close() {
	p.foot()
	p.SetFooterFunc(func() { p.SetFooterFunc(p.foot) })
}

// foot is the bottom of a page: which paper this is, in which words, and which page.
func (p *papers) foot() {
	wide, high := p.GetPageSize()
	p.SetDrawColor(quiet[0], quiet[1], quiet[2])
	key := "material"
	if p.now.isForm {
		key = "form"
	}
	if !p.now.bare {
		p.SetLineWidth(0.2)
		p.Line(margin, high-16, wide-margin, high-16)
	}
	what := fmt.Sprintf(form.Words(p.now.lang, key), p.now.code, form.DayWords(p.now.lang, p.now.version))
	size := 8.0
	if p.now.bare {
		size = 6.5
	}
	p.write(margin, high-11.5, p.cutTo(what, wide-2*margin-40, size, ""), size, "", quiet)
	if p.now.bare {
		return
	}
	page, n := form.Words(p.now.lang, "page"), p.PageNo()-p.from+1
	if p.many {
		p.writeRight(high-11.5, fmt.Sprintf(form.Words(p.now.lang, "page of many"), n), fmt.Sprintf(form.Words(p.now.lang, "page of many"), n), 8, ink)
		return
	}
	p.writeRight(high-11.5, fmt.Sprintf(page, n, pages), fmt.Sprintf(page, n, "1"), 8, ink)
}

// rule draws a line over the whole width.
func (s *sheet) rule(y, weight float64, colour [3]int) {
	s.SetDrawColor(colour[0], colour[1], colour[2])
	s.SetLineWidth(weight)
	s.Line(margin, y, pageWidth-margin, y)
}

// cutTo is cut, for a size and style.
func (s *sheet) cutTo(text string, width, size float64, style string) string {
	s.SetFont(font, style, size)
	return s.cut(text, width)
}
