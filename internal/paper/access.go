package paper

import (
	"bytes"
	"fmt"
	"time"

	"openiis/internal/cal"
)

// Access is the report of who saw or changed a person's record.
type Access struct {
	Name   string
	Birth  cal.Date
	Number string // the registry number
	Lines  []AccessLine
	More   bool   // there are older lines than these
	Issuer string // the registry
	By     string // who had it printed
	Issued time.Time
}

// AccessLine is a line of the report.
type AccessLine struct {
	At   string // when, in words
	Who  string
	Role string // of a user, with the site that they belong to; "" of who is no user
	What string
}

// The columns of the report, from the left.
const (
	whenWidth  = 46
	whoWidth   = 62
	whatWidth  = width - whenWidth - whoWidth
	accessSize = 8.8
	accessLine = 3.7
)

// WriteAccess makes the PDF of an access report.
func WriteAccess(a *Access) ([]byte, error) {
	s := newSheet(&Record{Name: a.Name, Birth: a.Birth, Issuer: a.Issuer, By: a.By, Issued: a.Issued}, "Who Saw This Record")
	s.AddPage()
	s.SetFont(font, "B", 15)
	for _, line := range s.lines(a.Name, width) {
		s.write(margin, s.GetY()+5, line, 15, "B", ink)
		s.SetY(s.GetY() + 6.5)
	}
	y := s.GetY() + 3.5
	s.labelled(margin, y, 40, "Birth date", day(a.Birth))
	s.labelled(margin+44, y, 60, "Registry number", a.Number)
	s.SetY(y + 9)
	s.paragraph("Every access to this record and every change of it that the registry has, the newest first: by people on the registry’s pages, "+
		"by clinics and others whose systems asked for it or sent something, and by the registry itself. Times are those of the registry. "+
		"Roles and sites are those of today.", 9, ink)
	if a.More {
		s.paragraph(fmt.Sprintf("There are more lines than this report holds. These are the newest %d; ask the registry for the older ones.", len(a.Lines)), 9, ink)
	}
	s.SetY(s.GetY() + 2)
	s.accessHeads()
	for _, l := range a.Lines {
		s.accessLine(l)
	}
	s.SetY(s.GetY() + 3)
	s.paragraph("Not listed is what the registry’s own reviewers do when they look into access that is unusual, so that nobody whom they look into is warned. "+
		"Whoever opened the record is in this list in any case. If you do not know why somebody saw your record, ask the registry.", 8, quiet)
	var b bytes.Buffer
	if err := s.Output(&b); err != nil {
		return nil, fmt.Errorf("make an access report's PDF: %w", err)
	}
	return b.Bytes(), nil
}

// accessHeads is the top of the table.
func (s *sheet) accessHeads() {
	y := s.GetY()
	s.SetFillColor(navy[0], navy[1], navy[2])
	s.Rect(margin, y, width, headHeight, "F")
	white := [3]int{255, 255, 255}
	s.write(margin+padding, y+4.4, "When", 8.5, "B", white)
	s.write(margin+whenWidth+padding, y+4.4, "Who", 8.5, "B", white)
	s.write(margin+whenWidth+whoWidth+padding, y+4.4, "What was done", 8.5, "B", white)
	s.SetY(y + headHeight)
}

// accessLine draws a line of the table, on a page of its own where it does not fit.
func (s *sheet) accessLine(l AccessLine) {
	s.SetFont(font, "B", accessSize)
	who := s.lines(l.Who, whoWidth-2*padding)
	s.SetFont(font, "", accessSize)
	role, what := s.lines(l.Role, whoWidth-2*padding), s.lines(l.What, whatWidth-2*padding)
	height := 2*padding + accessLine*float64(max(1, len(who)+len(role), len(what)))
	if s.GetY()+height > bottom {
		s.AddPage()
		s.accessHeads()
	}
	y := s.GetY()
	s.SetDrawColor(169, 174, 177)
	s.SetLineWidth(0.2)
	s.Rect(margin, y, width, height, "D")
	put := func(x float64, from int, lines []string, style string, colour [3]int) {
		for i, line := range lines {
			s.write(x, y+padding+accessLine*float64(from+i)+2.9, line, accessSize, style, colour)
		}
	}
	put(margin+padding, 0, []string{l.At}, "", ink)
	put(margin+whenWidth+padding, 0, who, "B", ink)
	put(margin+whenWidth+padding, len(who), role, "", quiet)
	put(margin+whenWidth+whoWidth+padding, 0, what, "", ink)
	s.SetY(y + height)
}
