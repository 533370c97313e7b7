package store

import "openiis/internal/iis"

// The bodies of persons and doses. A number, once given to a field, is never
// used for another; fields stand in the order of their numbers.

func walkCoded(c *coder, v *iis.Coded) {
	if again(c, v, &c.codeds) {
		return
	}
	text(c, 1, &v.Code)
	text(c, 2, &v.Text)
	text(c, 3, &v.System)
	text(c, 4, &v.AltCode)
	text(c, 5, &v.AltText)
	text(c, 6, &v.AltSystem)
	c.end()
	c.codeds.read(c, *v)
}

// coded is a field that is a coded value.
func coded(c *coder, number byte, v *iis.Coded) {
	if c.has(number, *v != iis.Coded{}) {
		walkCoded(c, v)
	}
}

// ref is a field that is a reference.
func ref(c *coder, number byte, v *iis.Ref) {
	if c.has(number, *v != iis.Ref{}) {
		text(c, 1, &v.ID)
		text(c, 2, &v.Authority)
		c.end()
	}
}

// provider is a field that is a provider.
func provider(c *coder, number byte, v *iis.Provider) {
	if !c.has(number, !v.IsZero()) || again(c, v, &c.providers) {
		return
	}
	text(c, 1, &v.ID)
	text(c, 2, &v.Authority)
	text(c, 3, &v.IDType)
	text(c, 4, &v.Family)
	text(c, 5, &v.Given)
	text(c, 6, &v.Middle)
	text(c, 7, &v.Suffix)
	text(c, 8, &v.NameType)
	text(c, 9, &v.Degree)
	c.end()
	c.providers.read(c, *v)
}

func walkDose(c *coder, d *iis.Dose) {
	text(c, 1, &d.Kind)
	text(c, 2, &d.Action)
	ref(c, 3, &d.Filler)
	ref(c, 4, &d.Placer)
	integer(c, 5, &d.Date)
	coded(c, 6, &d.Vaccine)
	text(c, 7, &d.CVX)
	text(c, 8, &d.NDC)
	text(c, 9, &d.CPT)
	text(c, 10, &d.MVX)
	coded(c, 11, &d.Manufacturer)
	text(c, 12, &d.Lot)
	integer(c, 13, &d.Expiration)
	text(c, 14, &d.Amount)
	coded(c, 15, &d.Unit)
	text(c, 16, &d.InfoSource)
	text(c, 17, &d.Completion)
	list(c, 18, &d.Refused, walkCoded)
	coded(c, 19, &d.Route)
	coded(c, 20, &d.Site)
	provider(c, 21, &d.Administrator)
	provider(c, 22, &d.Orderer)
	provider(c, 23, &d.Enterer)
	coded(c, 24, &d.EnteringOrg)
	text(c, 25, &d.Location)
	text(c, 26, &d.Entered)
	coded(c, 27, &d.Indication)
	texts(c, 28, &d.Notes)
	list(c, 29, &d.Observations, walkObservation)
	text(c, 30, &d.Time)
	boolean(c, 31, &d.ExpirationMonth)
	c.end()
}

func walkObservation(c *coder, o *iis.Observation) {
	coded(c, 1, &o.Code)
	text(c, 2, &o.Group)
	text(c, 3, &o.Type)
	coded(c, 4, &o.Value)
	text(c, 5, &o.Text)
	coded(c, 6, &o.Unit)
	integer(c, 7, &o.On)
	coded(c, 8, &o.Method)
	texts(c, 9, &o.Notes)
	text(c, 10, &o.Time)
	c.end()
}

func walkPerson(c *coder, p *iis.Person) {
	list(c, 1, &p.IDs, walkIdentifier)
	list(c, 2, &p.Names, walkName)
	if c.has(3, p.MotherMaiden != iis.Name{}) {
		walkName(c, &p.MotherMaiden)
	}
	integer(c, 4, &p.Birth)
	text(c, 5, &p.Sex)
	list(c, 6, &p.Races, walkCoded)
	coded(c, 7, &p.Ethnicity)
	coded(c, 8, &p.Language)
	list(c, 9, &p.Addresses, walkAddress)
	list(c, 10, &p.Telecoms, walkTelecom)
	text(c, 11, &p.MultipleBirth)
	integer(c, 12, &p.BirthOrder)
	text(c, 13, &p.BirthFacility)
	text(c, 14, &p.Dead)
	integer(c, 15, &p.Death)
	coded(c, 16, &p.Publicity)
	integer(c, 17, &p.PublicityFrom)
	text(c, 18, &p.Protection)
	integer(c, 19, &p.ProtectionFrom)
	text(c, 20, &p.Status)
	integer(c, 21, &p.StatusFrom)
	list(c, 22, &p.Kin, walkKin)
	integer(c, 23, &p.ProtectedAt)
	text(c, 24, &p.BirthTime)
	text(c, 25, &p.DeathTime)
	text(c, 26, &p.OptOut)
	text(c, 27, &p.Certificate)
	boolean(c, 28, &p.Untold)
	c.end()
}

func walkName(c *coder, n *iis.Name) {
	text(c, 1, &n.Family)
	text(c, 2, &n.Given)
	text(c, 3, &n.Middle)
	text(c, 4, &n.Suffix)
	text(c, 5, &n.Prefix)
	text(c, 6, &n.Type)
	c.end()
}

func walkIdentifier(c *coder, id *iis.Identifier) {
	text(c, 1, &id.Value)
	text(c, 2, &id.Type)
	text(c, 3, &id.Authority)
	c.end()
}

func walkAddress(c *coder, a *iis.Address) {
	text(c, 1, &a.Street)
	text(c, 2, &a.Street2)
	text(c, 3, &a.City)
	text(c, 4, &a.State)
	text(c, 5, &a.Zip)
	text(c, 6, &a.Country)
	text(c, 7, &a.Type)
	text(c, 8, &a.County)
	c.end()
}

func walkTelecom(c *coder, t *iis.Telecom) {
	text(c, 1, &t.Use)
	text(c, 2, &t.Equipment)
	text(c, 3, &t.Country)
	text(c, 4, &t.Area)
	text(c, 5, &t.Local)
	text(c, 6, &t.Extension)
	text(c, 7, &t.Email)
	text(c, 8, &t.Text)
	c.end()
}

func walkKin(c *coder, k *iis.Kin) {
	list(c, 1, &k.Names, walkName)
	coded(c, 2, &k.Relation)
	list(c, 3, &k.Addresses, walkAddress)
	list(c, 4, &k.Telecoms, walkTelecom)
	integer(c, 5, &k.Birth)
	c.end()
}
