package paper

import (
	"strings"
	"time"

	"openiis/internal/form"
)

// WriteSheet makes the PDF of a material.
func WriteSheet(m *form.Sheet, issued time.Time) ([]byte, error) {
	return WriteRun(m.Title, issued, []Part{{Sheet: m}})
}

// material draws a material as its layout has it.
func (p *papers) material(m *form.Sheet) {
	switch m.Layout {
	case form.Poster:
		p.AddPage()
		p.SetFillColor(navy[0], navy[1], navy[2])
		p.Rect(0, 0, pageWidth, 9, "F")
		p.fit(box4{margin + 6, 24, width - 12, pageHeight - 24 - 28}, m, 26)
	case form.Display:
		p.AddPageFormat("L", p.GetPageSizeStr("Letter"))
		p.SetFillColor(navy[0], navy[1], navy[2])
		p.Rect(0, 0, pageHeight, 9, "F")
		p.fit(box4{margin + 6, 22, pageHeight - 2*margin - 12, pageWidth - 22 - 20}, m, 38)
	case form.TearOff:
		p.AddPage()
		p.slips(m)
	case form.Letter:
		p.AddPage()
		p.letter(m)
	default:
		p.AddPage()
		p.body(m.Body)
	}
}

// box4 is a part of a page: its left upper corner, width and height.
type box4 struct{ x, y, w, h float64 }

// Slips of a page: so many in a row and in a column.
const slipColumns, slipRows = 2, 4

// slips draws the same slip several times, with lines to cut along.
func (p *papers) slips(m *form.Sheet) {
	const w, h, top = (pageWidth - 2*margin) / slipColumns, (pageHeight - 32) / slipRows, 14.0
	p.SetDrawColor(quiet[0], quiet[1], quiet[2])
	p.SetLineWidth(0.2)
	p.SetDashPattern([]float64{1.5, 1.5}, 0)
	for i := 0; i <= slipColumns; i++ {
		p.Line(margin+w*float64(i), top, margin+w*float64(i), top+h*slipRows)
	}
	for i := 0; i <= slipRows; i++ {
		p.Line(margin, top+h*float64(i), margin+w*slipColumns, top+h*float64(i))
	}
	p.SetDashPattern(nil, 0)
	for i := range slipColumns * slipRows {
		p.fit(box4{margin + w*float64(i%slipColumns) + 5, top + h*float64(i/slipColumns) + 5, w - 10, h - 10}, m, 11.5)
	}
}

// letter draws a letter: the registry above it, the title as its subject.
func (p *papers) letter(m *form.Sheet) {
	p.write(margin, 20, p.cutTo(m.Issuer, width, 12, "B"), 12, "B", navy)
	p.rule(23, 0.6, navy)
	p.SetY(34)
	subject := false
	for _, b := range m.Body {
		if long := len(b.Say) > 60 && !strings.Contains(b.Say, "\n"); long && !subject || b.Kind == form.Heading && !subject {
			subject = true
			p.SetY(p.GetY() + 4)
			p.heading(m.Title)
		}
		p.body([]form.Block{b})
		if strings.Contains(b.Say, "\n") || !subject {
			p.SetY(p.GetY() + 4)
		}
	}
}

// leastSize is the smallest that a text that has to fit is made, in points.
const leastSize = 6.0

// fit draws a material into a part of a page, as large as it fits, up to a size of its
// paragraphs in points.
func (p *papers) fit(b box4, m *form.Sheet, size float64) {
	for ; size > leastSize && p.flow(b, m, size, false) > b.h; size -= 0.5 {
	}
	p.flow(b, m, size, true)
}

// pointHeight is the height of a line of a size in points, in millimetres.
func pointHeight(size float64) float64 { return size * 0.3528 * 1.25 }

// flow writes the title and the text into a part of a page, or only measures it, and
// returns the height that it takes.
func (p *papers) flow(b box4, m *form.Sheet, size float64, draw bool) float64 {
	y := b.y
	put := func(text string, size float64, style string, colour [3]int, from float64, sign string) {
		p.SetFont(font, style, size)
		for _, line := range p.lines(text, b.w-from) {
			if draw {
				if sign != "" {
					p.write(b.x+from*0.3, y+size*0.3528, sign, size, style, colour)
					sign = ""
				}
				p.write(b.x+from, y+size*0.3528, line, size, style, colour)
				p.SetFont(font, style, size)
			}
			y += pointHeight(size)
		}
	}
	put(m.Title, size*1.6, "B", navy, 0, "")
	y += size * 0.35
	for _, block := range m.Body {
		switch block.Kind {
		case form.Heading:
			y += size * 0.12
			put(block.Say, size*1.1, "B", navy, 0, "")
		case form.Point:
			put(block.Say, size, "", ink, size*0.4, "•")
			y += size * 0.08
		default:
			put(block.Say, size, "", ink, 0, "")
			y += size * 0.22
		}
	}
	return y - b.y
}
