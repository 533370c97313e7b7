package hl7

// name is a segment's name, as a number when it is one that the guide or its
// senders use.
type name uint8

const (
	nameOther name = iota
	nameMSH
	namePID
	namePD1
	nameNK1
	namePV1
	nameORC
	nameRXA
	nameRXR
	nameOBX
	nameNTE
	nameQPD
	nameRCP
	nameFHS
	nameBHS
)

// names are those in words. None is a piece of a message's text, for findings
// keep them.
var names = [...]string{
	nameMSH: "MSH", namePID: "PID", namePD1: "PD1", nameNK1: "NK1", namePV1: "PV1", nameORC: "ORC", nameRXA: "RXA",
	nameRXR: "RXR", nameOBX: "OBX", nameNTE: "NTE", nameQPD: "QPD", nameRCP: "RCP", nameFHS: "FHS", nameBHS: "BHS",
}

// nameOf is the name that a line begins with.
func nameOf(line []byte) name {
	if len(line) < 3 {
		return nameOther
	}
	switch string(line[:3]) {
	case "MSH":
		return nameMSH
	case "PID":
		return namePID
	case "PD1":
		return namePD1
	case "NK1":
		return nameNK1
	case "PV1":
		return namePV1
	case "ORC":
		return nameORC
	case "RXA":
		return nameRXA
	case "RXR":
		return nameRXR
	case "OBX":
		return nameOBX
	case "NTE":
		return nameNTE
	case "QPD":
		return nameQPD
	case "RCP":
		return nameRCP
	case "FHS":
		return nameFHS
	case "BHS":
		return nameBHS
	}
	return nameOther
}
