package legacy

import (
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Why rows of doses are rejected, beside the reasons of rows of patients.
const (
	noPatient       = "no row of the patients has this patient_id"
	patientRejected = "the row of its patient was rejected"
	doseAgain       = "another row before has this dose_id"
	noDate          = "date is missing"
	dateLater       = "date lies in the future"
	dateBefore      = "date lies before the birth date"
	noVaccine       = "cvx and ndc are missing"
	badVaccine      = "cvx or ndc is no code of a vaccine"
	nothingGiven    = "cvx 998 says that no vaccine was given"
)

// dose reads a row of a dose of a patient; why is the reason when it is rejected.
func (r *rowReader) dose(born cal.Date, registry string) (d iis.Dose, why string) {
	day, unread := r.day("date")
	switch {
	case unread != cal.Readable:
		return d, "date " + string(unread)
	case day == cal.None:
		return d, noDate
	case day > r.today:
		return d, dateLater
	case day < born:
		return d, dateBefore
	}
	d.Kind, d.Date, d.Action = iis.Given, day, iis.Add
	if why := r.vaccine(&d); why != "" {
		return d, why
	}
	if id := r.text("dose_id"); id != "" && len(id) <= longestID {
		d.Filler = iis.Ref{ID: id, Authority: registry}
	}
	d.InfoSource = r.word("source", infoSources)
	switch d.Completion = r.word("completion", completions); d.Completion {
	case "RE":
		d.Kind = iis.Refusal
	case "NA":
		d.Kind = iis.Fact
	}
	r.product(&d)
	r.place(&d)
	return d, ""
}

// vaccine reads what was given: CVX, or else what the NDC stands for.
func (r *rowReader) vaccine(d *iis.Dose) (why string) {
	cvx, ndc := r.text("cvx"), r.text("ndc")
	if cvx == "" && ndc == "" {
		return noVaccine
	}
	if p, ok := r.codes.NDC(ndc); ndc != "" && ok {
		d.NDC, d.CVX = p.Code, p.CVX
	} else if full, ok := codeset.CanonicalNDC(ndc); ndc != "" && ok {
		d.NDC = full
		r.lost("ndc is not known; it was kept as it is")
	} else if ndc != "" {
		r.lost("ndc is no code of a package")
	}
	if v, ok := r.codes.CVX(cvx); cvx != "" && ok {
		d.CVX = v.CVX
		d.Vaccine = iis.Coded{Code: v.CVX, Text: v.Short, System: "CVX"}
	} else if canonical, ok := codeset.CanonicalCVX(cvx); cvx != "" && ok {
		d.CVX = canonical
		d.Vaccine = iis.Coded{Code: canonical, System: "CVX"}
		r.lost("cvx is in no table; it was kept as it is")
	} else if cvx != "" {
		r.lost("cvx is no code of a vaccine")
	}
	if d.CVX == codeset.NoVaccine {
		return nothingGiven
	}
	if d.CVX == "" && d.NDC == "" {
		return badVaccine
	}
	if d.NDC != "" {
		n := iis.Coded{Code: d.NDC, System: "NDC"}
		if d.Vaccine.IsZero() {
			d.Vaccine = n
		} else {
			d.Vaccine.AltCode, d.Vaccine.AltSystem = n.Code, n.System
		}
	}
	return ""
}

// product reads the vial.
func (r *rowReader) product(d *iis.Dose) {
	if mvx := strings.ToUpper(r.text("mvx")); mvx != "" {
		d.MVX, d.Manufacturer = mvx, iis.Coded{Code: mvx, System: "MVX"}
		if m, ok := r.codes.MVX(mvx); ok {
			d.Manufacturer.Text = m.Name
		} else {
			r.lost("mvx is in no table; it was kept as it is")
		}
	}
	d.Lot = r.text("lot")
	if s := r.text("expiration"); s != "" {
		if month, ok := cal.ReadWrittenMonth(s); ok {
			d.Expiration, d.ExpirationMonth = month.AddMonths(1).AddDays(-1), true
		} else {
			d.Expiration = r.dayIfAny("expiration")
		}
	}
	if s := r.text("amount"); s != "" && strings.TrimLeft(s, "0") != "999" {
		if isDecimal(s) {
			d.Amount = s
			d.Unit = r.coded("unit", "UCUM", unitTables...)
		} else {
			r.lost("amount is no number")
		}
	}
}

// place reads who gave it, how and where, and who paid.
func (r *rowReader) place(d *iis.Dose) {
	d.Route = r.coded("route", "", routeTables...)
	if d.Route.Code != "" {
		d.Route.System = "HL70162"
		if strings.HasPrefix(d.Route.Code, "C") && r.codes.Find(codeset.TableRoute, d.Route.Code) != nil {
			d.Route.System = "NCIT"
		}
	}
	d.Site = r.coded("site", "HL70163", codeset.TableSite)
	if family, given, _ := strings.Cut(r.text("provider"), ","); family != "" {
		d.Administrator = iis.Provider{Family: strings.TrimSpace(family), Given: strings.TrimSpace(given)}
	}
	if d.Administered() {
		d.Location = r.text("facility")
	}
	r.payers(d)
}

// payers reads by which programme a dose is paid for.
func (r *rowReader) payers(d *iis.Dose) {
	eligible, funded := r.coded("eligibility", "HL70064", "0064"), r.coded("funding", "CDCPHINVS", codeset.TableFunding)
	if !eligible.IsZero() && !funded.IsZero() {
		d.Observations = make([]iis.Observation, 0, 2) // they are long
	}
	if !eligible.IsZero() {
		d.Observations = append(d.Observations, iis.Observation{
			Code:  iis.Coded{Code: "64994-7", Text: "Vaccine funding program eligibility category", System: "LN"},
			Group: "1", Type: "CE", Value: eligible, On: d.Date,
		})
	}
	if !funded.IsZero() {
		d.Observations = append(d.Observations, iis.Observation{
			Code: iis.Coded{Code: "30963-3", Text: "Vaccine funding source", System: "LN"}, Group: "2", Type: "CE", Value: funded, On: d.Date,
		})
	}
}

// isDecimal reports digits with at most one point.
func isDecimal(s string) bool {
	digits, points := 0, 0
	for _, c := range s {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1 && len(s) <= 16
}
