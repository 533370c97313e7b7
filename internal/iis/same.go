package iis

import "slices"

// Same reports two reports that say the same, whatever is to be done with them:
// everything but Action is compared.
func (d *Dose) Same(e *Dose) bool {
	return d.Kind == e.Kind && d.Filler == e.Filler && d.Placer == e.Placer && d.Date == e.Date && d.Time == e.Time &&
		d.Vaccine == e.Vaccine && d.CVX == e.CVX && d.NDC == e.NDC && d.CPT == e.CPT && d.MVX == e.MVX &&
		d.Manufacturer == e.Manufacturer && d.Lot == e.Lot && d.Expiration == e.Expiration && d.ExpirationMonth == e.ExpirationMonth &&
		d.Amount == e.Amount && d.Unit == e.Unit && d.InfoSource == e.InfoSource && d.Completion == e.Completion &&
		d.Route == e.Route && d.Site == e.Site &&
		d.Administrator == e.Administrator && d.Orderer == e.Orderer && d.Enterer == e.Enterer &&
		d.EnteringOrg == e.EnteringOrg && d.Location == e.Location && d.Entered == e.Entered && d.Indication == e.Indication &&
		slices.Equal(d.Refused, e.Refused) && slices.Equal(d.Notes, e.Notes) &&
		slices.EqualFunc(d.Observations, e.Observations, sameObservation)
}

func sameObservation(a, b Observation) bool {
	return a.Code == b.Code && a.Group == b.Group && a.Type == b.Type && a.Value == b.Value && a.Text == b.Text &&
		a.Unit == b.Unit && a.On == b.On && a.Time == b.Time && a.Method == b.Method && slices.Equal(a.Notes, b.Notes)
}

// Same reports two descriptions of a person that say the same.
func (p *Person) Same(q *Person) bool {
	return slices.Equal(p.IDs, q.IDs) && slices.Equal(p.Names, q.Names) && p.MotherMaiden == q.MotherMaiden &&
		p.Birth == q.Birth && p.BirthTime == q.BirthTime && p.Sex == q.Sex && slices.Equal(p.Races, q.Races) && p.Ethnicity == q.Ethnicity &&
		p.Language == q.Language && slices.Equal(p.Addresses, q.Addresses) && slices.Equal(p.Telecoms, q.Telecoms) &&
		p.MultipleBirth == q.MultipleBirth && p.BirthOrder == q.BirthOrder && p.BirthFacility == q.BirthFacility &&
		p.Dead == q.Dead && p.Death == q.Death && p.DeathTime == q.DeathTime && p.Publicity == q.Publicity && p.PublicityFrom == q.PublicityFrom &&
		p.Protection == q.Protection && p.ProtectionFrom == q.ProtectionFrom && p.ProtectedAt == q.ProtectedAt && p.Untold == q.Untold && p.OptOut == q.OptOut &&
		p.Status == q.Status && p.StatusFrom == q.StatusFrom && slices.EqualFunc(p.Kin, q.Kin, sameKin) && p.Certificate == q.Certificate
}

func sameKin(a, b Kin) bool {
	return slices.Equal(a.Names, b.Names) && a.Relation == b.Relation && slices.Equal(a.Addresses, b.Addresses) &&
		slices.Equal(a.Telecoms, b.Telecoms) && a.Birth == b.Birth
}
