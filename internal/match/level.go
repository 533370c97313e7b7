package match

// Field is one thing by which people are compared.
type Field uint8

// The fields, in the order in which a comparison is told.
const (
	FamilyName Field = iota
	GivenName
	MiddleName
	BirthDate
	Sex
	SocialSecurity
	Medicaid
	RecordNumber
	Address
	Telephone
	Email
	MaidenName
	Guardian
	Suffix
	BirthOrder
	Vaccinations
	fieldCount
)

var fieldNames = [fieldCount]string{
	"family name", "given name", "middle name", "birth date", "sex", "social security number", "Medicaid number", "record number",
	"address", "telephone", "e-mail", "mother's maiden name", "guardian's given name", "suffix", "birth order", "vaccinations",
}

func (f Field) String() string { return fieldNames[f] }

// Level is how much two people agree in a field. What is missing on one side is
// the level Missing: it says nothing, for or against.
type Level uint8

// The levels. Which of them a field has, and what each is worth, is in
// matching/weights.tsv.
const (
	Missing Level = iota
	Same
	SameNewYear // a birth date, 1 January
	FormerName
	SameWords
	Part
	OneWord
	Nickname
	OneLetter
	Alike
	Initial
	OtherMiddle
	InFamily
	Swapped
	Placeholder
	DayMonth
	OneDigit
	ThreeDays
	TwoParts
	NextYear
	GenerationApart
	LastFour
	NoAuthority
	Nearly
	OtherTown
	SameStreet
	SameZIP
	OtherArea
	SharedDose
	NoneShared
	Different
	levelCount
)

// levelNames are the names of levels in the files. One level may have several,
// each in a field of its own.
var levelNames = map[string]Level{
	"same": Same, "same, first of January": SameNewYear, "former name": FormerName, "same words": SameWords,
	"part of a double name": Part, "one word in common": OneWord, "nickname": Nickname, "one letter differs": OneLetter,
	"sounds alike": Alike, "initial": Initial, "other's middle name": OtherMiddle, "name of the family": InFamily, "other's family name": InFamily,
	"swapped with given name": Swapped, "swapped with family name": Swapped, "placeholder": Placeholder,
	"day and month swapped": DayMonth, "one digit differs": OneDigit, "within three days": ThreeDays, "two parts agree": TwoParts,
	"next year": NextYear, "a generation apart": GenerationApart, "last four agree": LastFour, "same, authority unknown": NoAuthority, "nearly the same": Nearly,
	"same house, other town": OtherTown, "same street": SameStreet, "same ZIP code": SameZIP, "other area code": OtherArea,
	"a shared dose": SharedDose, "none in common": NoneShared, "different": Different,
}

// fieldLevels are the levels that each field has.
var fieldLevels = [fieldCount][]Level{
	FamilyName:     {Same, FormerName, SameWords, Part, OneWord, OneLetter, Alike, InFamily, Swapped, Different},
	GivenName:      {Same, Nickname, OneLetter, Part, Alike, Initial, OtherMiddle, InFamily, Placeholder, Swapped, Different},
	MiddleName:     {Same, Initial, Nearly, Different},
	BirthDate:      {Same, SameNewYear, DayMonth, OneDigit, ThreeDays, TwoParts, NextYear, GenerationApart, Different},
	Sex:            {Same, Different},
	SocialSecurity: {Same, OneDigit, LastFour, Different},
	Medicaid:       {Same, OneDigit, Different},
	RecordNumber:   {Same, NoAuthority, Different},
	Address:        {Same, Nearly, OtherTown, SameStreet, SameZIP, Different},
	Telephone:      {Same, OtherArea, OneDigit, Different},
	Email:          {Same, Different},
	MaidenName:     {Same, Nearly, Different},
	Guardian:       {Same, Nearly, Different},
	Suffix:         {Same, Different},
	BirthOrder:     {Same, Different},
	Vaccinations:   {SharedDose, NoneShared},
}

// Bits measure evidence: the logarithm, to base two, of how much likelier
// something is of one person than of two. They are kept in hundredths, so that
// a sum does not depend on its order.
type Bits int32

// bit is one bit.
const bit Bits = 100

// Float is the bits as a number.
func (b Bits) Float() float64 { return float64(b) / float64(bit) }
