package paper

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The table: a column for the vaccine group and one for each dose.
const (
	columns    = 6
	nameWidth  = 44
	cellWidth  = (width - nameWidth) / columns
	padding    = 1.1
	tight      = 0.4 // above and below, where padding would cost a page
	dateHeight = 3.8
	nameHeight = 3.6
	lineHeight = 2.8
	minHeight  = 8.4
	headHeight = 6.5
	dateSize   = 8.5
	smallSize  = 6.8
	nameSize   = 8.8
)

// How many lines name a dose's vaccine: as many as fit on one page.
const (
	mostLines  = 3
	leastLines = 1
)

// row is one line of the table: at most as many doses as there are columns.
type row struct {
	name   []string // cut to the column
	more   string   // which doses these are, in a row that continues a group
	cells  []cell
	height float64
}

type cell struct {
	date     string
	dateSize float64
	lines    []string // the vaccine
}

// doses draws the table.
func (s *sheet) doses() {
	if len(s.r.Groups) == 0 {
		s.paragraph("No vaccination is on record.", 10, ink)
		return
	}
	rows := s.fitting(bottom - s.belowTable() - headHeight - s.GetY())
	s.columnHeads()
	for _, r := range rows {
		if s.GetY()+r.height > bottom {
			s.AddPage()
			s.columnHeads()
		}
		s.row(r)
	}
}

// fitting are the rows as airy as the room allows: vaccines are named in fewer lines,
// and the lines stand closer, when that saves a page.
func (s *sheet) fitting(room float64) []row {
	for _, s.air = range []float64{padding, tight} {
		for lines := mostLines; lines >= leastLines; lines-- {
			if rows := s.rows(lines); heights(rows) <= room {
				return rows
			}
		}
	}
	s.air = padding
	return s.rows(mostLines) // it takes another page in any case
}

func heights(rows []row) float64 {
	sum := 0.0
	for _, r := range rows {
		sum += r.height
	}
	return sum
}

// rows are the groups, each in as many rows as its doses need.
func (s *sheet) rows(lines int) []row {
	var out []row
	for _, g := range s.r.Groups {
		for from := 0; from < len(g.Doses); from += columns {
			to := min(from+columns, len(g.Doses))
			r := row{height: minHeight - 2*(padding-s.air)}
			s.SetFont(font, "B", nameSize)
			r.name = s.lines(g.Name, nameWidth-2*padding)
			if from > 0 {
				r.more = fmt.Sprintf("doses %d to %d", from+1, to)
				if to == from+1 {
					r.more = fmt.Sprintf("dose %d", to)
				}
			}
			for _, dose := range g.Doses[from:to] {
				c := s.cell(g.Name, dose, lines)
				r.cells = append(r.cells, c)
				r.height = max(r.height, 2*s.air+dateHeight+lineHeight*float64(len(c.lines)))
			}
			named := 2*s.air + nameHeight*float64(len(r.name))
			if r.more != "" {
				named += lineHeight
			}
			r.height = max(r.height, named)
			out = append(out, r)
		}
	}
	return out
}

// cell puts a dose into lines that fit a column.
func (s *sheet) cell(group string, d Dose, most int) cell {
	c := cell{date: day(d.Date)}
	if d.Partial || d.Unsure || d.Doubt != "" {
		c.date += " "
	}
	for _, m := range []struct {
		sign string
		has  bool
	}{{"†", d.Partial}, {"*", d.Unsure}, {"‡", d.Doubt != ""}} {
		if m.has {
			c.date += m.sign
		}
	}
	s.SetFont(font, "B", dateSize)
	c.dateSize = dateSize * min(1, (cellWidth-2*padding)/s.GetStringWidth(c.date)) // with all marks a long day is too wide
	s.SetFont(font, "", smallSize)
	vaccine := strings.TrimPrefix(d.Vaccine, group+", ") // the row says it already
	c.lines = s.lines(vaccine, cellWidth-2*padding)
	if len(c.lines) > most {
		c.lines = append(c.lines[:most-1], s.cut(c.lines[most-1]+" "+c.lines[most], cellWidth-2*padding))
	}
	return c
}

// cut ends a line of the current font with an ellipsis when it is too wide.
func (s *sheet) cut(line string, width float64) string {
	if s.GetStringWidth(printable(line)) <= width {
		return line
	}
	letters := []rune(strings.TrimRight(line, " ,"))
	for len(letters) > 0 && s.GetStringWidth(printable(string(letters)+"…")) > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ,-") + "…"
}

func (s *sheet) columnHeads() {
	y := s.GetY()
	s.SetFillColor(navy[0], navy[1], navy[2])
	s.Rect(margin, y, width, headHeight, "F")
	white := [3]int{255, 255, 255}
	s.write(margin+padding, y+4.4, "Vaccine", 8.5, "B", white)
	for i := range columns {
		s.write(margin+nameWidth+float64(i)*cellWidth+padding, y+4.4, fmt.Sprintf("Dose %d", i+1), 8.5, "B", white)
	}
	s.SetY(y + headHeight)
}

// row draws one line of the table.
func (s *sheet) row(r row) {
	y := s.GetY()
	s.SetDrawColor(169, 174, 177)
	s.SetLineWidth(0.2)
	s.Rect(margin, y, nameWidth, r.height, "D")
	for i, line := range r.name {
		s.write(margin+padding, y+s.air+nameHeight*float64(i)+2.8, line, nameSize, "B", ink)
	}
	if r.more != "" {
		s.write(margin+padding, y+s.air+nameHeight*float64(len(r.name))+2.2, r.more, smallSize+0.7, "", quiet)
	}
	for i := range columns {
		x := margin + nameWidth + float64(i)*cellWidth
		s.Rect(x, y, cellWidth, r.height, "D")
		if i >= len(r.cells) {
			continue
		}
		c := r.cells[i]
		s.write(x+padding, y+s.air+2.9, c.date, c.dateSize, "B", ink)
		for j, line := range c.lines {
			s.write(x+padding, y+s.air+dateHeight+lineHeight*float64(j)+2.1, line, smallSize, "", ink)
		}
	}
	s.SetY(y + r.height)
}

// box stands for a letter that the font does not have.
const box = '□'

// printable is a text with letters composed, and a box for each that the font
// does not have.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r): // what nobody sees, or what turns the direction of text
			return -1
		case r > 0xFFFF || !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Common, unicode.Inherited):
			return box
		}
		return r
	}, norm.NFC.String(text))
}
