package check

import "openiis/internal/hl7"

// tables is everything the guide says of single fields, in the order of a
// message. The rows are in fields_header.go, fields_person.go, fields_order.go and
// fields_query.go; they follow NIST's profiles of the guide (VXU-Z22, QBP-Z34,
// QBP-Z44, version 1.0.1), which agree with its text.
//
// Severity: a demand is W when breaking it loses or blurs something about a
// person or a dose. It is info where the value is a constant, a number that
// only counts segments, a name of a code system, or has an evident reading when
// it is empty; nearly every real sender breaks those somewhere, and a warning
// on every message would be read by nobody.
var tables = []*segmentTable{
	&mshTable, &pidTable, &pd1Table, &nk1Table, &orcTable, &rxaTable, &rxrTable, &obxTable, &nteTable,
	&qpdTable, &rcpTable,
}

// tableFor is the table of a segment in a message of that kind; nil for one that
// the guide does not know or that we do not read.
func tableFor(name string, k kind) *segmentTable {
	var t *segmentTable
	switch name { // of the list, but with hardly a comparison
	case "MSH":
		t = &mshTable
	case "PID":
		t = &pidTable
	case "PD1":
		t = &pd1Table
	case "NK1":
		t = &nk1Table
	case "ORC":
		t = &orcTable
	case "RXA":
		t = &rxaTable
	case "RXR":
		t = &rxrTable
	case "OBX":
		t = &obxTable
	case "NTE":
		t = &nteTable
	case "QPD":
		t = &qpdTable
	case "RCP":
		t = &rcpTable
	}
	if t == nil || t.on&k == 0 {
		return nil
	}
	return t
}

// The parts that several fields share, by data type of the guide (IG 1.5,
// chapter 3). Each gives the rows for one field that has the type.

// xpn is a person's name: family and given name are what it is for.
func xpn(at, whose string) []field {
	return []field{
		{at: at + ".1", name: "family name of " + whose, usage: required, many: true},
		{at: at + ".2", name: "given name of " + whose, usage: required, many: true},
		{at: at + ".7", name: "type of the name of " + whose, usage: required, many: true, want: table("0200"), miss: info, off: info},
	}
}

// xad is an address. Its type is the only part the guide insists on; without
// one it is still an address.
func xad(at, whose string) []field {
	return []field{
		{at: at + ".7", name: "type of the address of " + whose, usage: required, many: true, want: table("0190"), miss: info, off: info},
	}
}

// xtn is a telephone number or e-mail address.
func xtn(at, whose string) []field {
	return []field{
		{at: at + ".2", name: "use of the telephone of " + whose, usage: required, many: true, want: table("0201"), miss: info, off: info},
		{at: at + ".3", name: "equipment of the telephone of " + whose, usage: mayBeEmpty, many: true, want: table("0202"), off: info},
		{at: at + ".4", name: "e-mail address of " + whose, usage: required, of: isMail, many: true},
		{at: at + ".6", name: "area code of " + whose, usage: mayBeEmpty, many: true, want: digits, off: info},
		{at: at + ".7", name: "telephone number of " + whose, usage: required, of: isPhone, many: true, want: digits, off: info},
	}
}

// isMail and isPhone leave alone what is written whole, in the old manner, in
// XTN.1 or XTN.12: it is kept as text.
var (
	isMail = repeated{"when XTN.2 is NET", func(sent hl7.Value) bool {
		return says(sent.Comp(2), "NET") && blank(sent.Comp(1)) && blank(sent.Comp(12))
	}}
	isPhone = repeated{"unless XTN.2 is NET", func(sent hl7.Value) bool {
		return !says(sent.Comp(2), "NET") && blank(sent.Comp(1)) && blank(sent.Comp(4)) && blank(sent.Comp(12))
	}}
)

// xcn is a provider. What names the authority of a number is formal: the number
// is kept within its sender.
func xcn(at, who string) []field {
	nameless := repeated{"when the name is not sent", func(sent hl7.Value) bool {
		return blank(sent.Comp(2)) && blank(sent.Comp(3))
	}}
	numbered := repeated{"when a number is sent", func(sent hl7.Value) bool { return !blank(sent.Comp(1)) }}
	return []field{
		{at: at + ".1", name: "number of " + who, usage: required, of: nameless, miss: info},
		{at: at + ".9", name: "authority of the number of " + who, usage: required, of: numbered, miss: info},
		{at: at + ".13", name: "type of the number of " + who, usage: required, of: numbered, miss: info},
	}
}

// ei is an identifier of an order and its authority.
func ei(at, what string) []field {
	return []field{
		{at: at + ".1", name: what, usage: required},
		{at: at + ".2", name: "authority of " + what, usage: required, miss: info,
			of: repeated{"when EI.3 is empty", func(sent hl7.Value) bool { return blank(sent.Comp(3)) }}},
	}
}

// rowsOf joins lists of rows.
func rowsOf(parts ...[]field) []field {
	var all []field
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
