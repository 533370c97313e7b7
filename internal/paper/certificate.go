package paper

import (
	"bytes"
	"fmt"
	"time"

	"openiis/internal/cal"
)

// Certificate says that somebody has completed a course.
type Certificate struct {
	Name       string
	Number     string // the user's
	Role       string // with the site, in words
	Course     string // its title
	Version    int
	Day        cal.Date
	How        string
	Registry   string // what the state's registry is called
	Department string
	Issuer     string
	Issued     time.Time
}

// WriteCertificate makes the PDF of a certificate.
func WriteCertificate(c *Certificate) ([]byte, error) {
	s := newSheet(&Record{Name: c.Name, Issuer: c.Issuer, By: c.Name, Issued: c.Issued}, "Certificate of Completion")
	s.AddPage()
	s.SetY(s.GetY() + 12)
	s.paragraph("This is to certify that", 11, quiet)
	s.large(c.Name)
	s.paragraph("has completed the course", 11, quiet)
	s.large(c.Course)
	y := s.GetY() + 6
	s.labelled(margin, y, 44, "Completed on", day(c.Day))
	s.labelled(margin+48, y, 30, "Version of the course", fmt.Sprint(c.Version))
	lines := s.labelled(margin+92, y, width-92, "Role and site", c.Role)
	s.SetY(y + 9 + valueHeight*float64(lines-1))
	s.paragraph(c.How+".", 10, ink)
	s.SetY(s.GetY() + 6)
	s.paragraph(c.Registry, 11, ink)
	s.paragraph(c.Department, 10, quiet)
	s.SetY(s.GetY() + 6)
	s.paragraph("Whoever wants to be sure asks the registry: the user’s number is "+c.Number+".", 8.5, quiet)
	var b bytes.Buffer
	if err := s.Output(&b); err != nil {
		return nil, fmt.Errorf("make a certificate's PDF: %w", err)
	}
	return b.Bytes(), nil
}

// large puts a line or more in large letters.
func (s *sheet) large(text string) {
	s.SetY(s.GetY() + 3)
	s.SetFont(font, "B", 20)
	for _, line := range s.lines(text, width) {
		s.write(margin, s.GetY()+6, line, 20, "B", navy)
		s.SetY(s.GetY() + 9)
	}
	s.SetY(s.GetY() + 4)
}
