package iz

import (
	"strings"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// text is a value as text. The two double quotes that ask for a deletion are
// no value: they should not be sent (IG 1.5, 3), and an update is the complete
// view of its sender anyway.
func text(v hl7.Value) string {
	if s := v.String(); s != `""` {
		return s
	}
	return ""
}

// words is text for people: it keeps separators of a lower level that a sender
// forgot to escape, as in "Merck & Co".
func words(v hl7.Value) string {
	if s := v.Text(); s != `""` {
		return s
	}
	return ""
}

// content is text without what holds no letter or digit: quotes, dashes and
// dots in a name or number are a sender's way of saying nothing.
func content(v hl7.Value) string { return said(text(v)) }

// said is content of a text.
func said(s string) string {
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) || isLetter(s[i]) || s[i] >= 0x80 {
			return s
		}
	}
	return ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// onlyDigits is s without everything that is not a digit.
func onlyDigits(s string) string {
	if allDigits(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// coded reads a CE or CWE into c, which is empty: the first six components.
func coded(v hl7.Value, c *iis.Coded) {
	if len(v.Raw()) == 0 {
		return
	}
	var t [6]string
	whole := v.Texts(t[:])
	c.Code, c.Text, c.System = t[0], t[1], t[2]
	if t[3] != "" || t[4] != "" || t[5] != "" { // seldom; what is not written costs the collector nothing
		c.AltCode, c.AltText, c.AltSystem = t[3], t[4], t[5]
	}
	if !whole {
		c.Text, c.AltText = words(v.Comp(2)), words(v.Comp(5))
	}
}

// authority reads an HD: the namespace, or else the universal id.
func authority(v hl7.Value) string {
	if s := text(v.Sub(1)); s != "" {
		return s
	}
	return text(v.Sub(2))
}

// authorityOf is the HD in the n-th component, whose text is known.
func authorityOf(v hl7.Value, n int, text string, whole bool) string {
	if text != "" || whole {
		return text
	}
	return authority(v.Comp(n))
}

// reference reads an EI: an id with its namespace or universal id.
func reference(v hl7.Value) iis.Ref {
	var t [3]string
	v.Texts(t[:])
	if t[0] == "" {
		return iis.Ref{}
	}
	return iis.Ref{ID: t[0], Authority: first(t[1], t[2])}
}

// provider reads the first repetition of an XCN into p, which is empty.
func provider(v hl7.Value, p *iis.Provider) {
	if len(v.Raw()) == 0 {
		return
	}
	var t [21]string
	whole := v.Texts(t[:])
	p.ID, p.Family, p.Given, p.Middle, p.Suffix = t[0], t[1], t[2], t[3], t[4]
	p.Authority = authorityOf(v, 9, t[8], whole)
	p.NameType, p.IDType = t[9], t[12]
	p.Degree = first(t[20], t[6]) // 7 is where it stood before v2.5
}

// identifier reads a CX; its Value is empty when there is none.
func identifier(v hl7.Value) iis.Identifier {
	var t [5]string
	whole := v.Texts(t[:])
	return iis.Identifier{Value: said(t[0]), Authority: authorityOf(v, 4, t[3], whole), Type: strings.ToUpper(t[4])}
}

// name reads an XPN and reports whether it names anybody.
func name(v hl7.Value) (iis.Name, bool) {
	if len(v.Raw()) == 0 {
		return iis.Name{}, false
	}
	var t [7]string
	v.Texts(t[:])
	n := iis.Name{
		Family: said(t[0]), Given: said(t[1]), Middle: said(t[2]), Suffix: said(t[3]), Prefix: said(t[4]),
		Type: strings.ToUpper(t[6]),
	}
	return n, n.Family != "" || n.Given != ""
}

// address reads an XAD and reports whether it says more than its type.
func address(v hl7.Value) (iis.Address, bool) {
	if len(v.Raw()) == 0 {
		return iis.Address{}, false
	}
	var t [9]string
	v.Texts(t[:])
	a := iis.Address{
		Street: said(t[0]), Street2: said(t[1]), City: said(t[2]), State: said(t[3]), Zip: said(t[4]), Country: said(t[5]),
		Type: strings.ToUpper(t[6]), County: said(t[8]),
	}
	return a, a != iis.Address{Type: a.Type}
}

// telecom reads an XTN, in its parts or as the one text of older versions
// (HL7 v2.3.1, 2.8.45: (999)999-9999X99999), and reports whether it reaches
// anybody.
func telecom(v hl7.Value) (iis.Telecom, bool) {
	if len(v.Raw()) == 0 {
		return iis.Telecom{}, false
	}
	var p [12]string
	v.Texts(p[:])
	t := iis.Telecom{
		Use: strings.ToUpper(p[1]), Equipment: p[2], Email: said(p[3]),
		Country: onlyDigits(p[4]), Area: onlyDigits(p[5]), Local: onlyDigits(p[6]), Extension: p[7],
	}
	if t.Area == "" && len(t.Local) == 10 {
		t.Area, t.Local = t.Local[:3], t.Local[3:]
	}
	if t.Local == "" && t.Email == "" {
		oldTelecom(&t, first(said(p[0]), said(p[11]))) // 12 is its place since v2.5
	}
	return t, t.Local != "" || t.Email != "" || t.Text != ""
}

// oldTelecom takes a whole number or address apart; what it cannot take apart
// stays as it is.
func oldTelecom(t *iis.Telecom, s string) {
	if strings.IndexByte(s, '@') > 0 {
		t.Email = s
		return
	}
	number, extension := s, ""
	if i := strings.IndexAny(s, "xX"); i >= 0 {
		number, extension = s[:i], onlyDigits(s[i:])
	}
	digits := onlyDigits(number)
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	if len(digits) != 10 {
		t.Text = s
		return
	}
	t.Area, t.Local = digits[:3], digits[3:]
	if t.Extension == "" {
		t.Extension = extension
	}
}
