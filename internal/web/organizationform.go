package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
)

// organizationForm is the form for a new organization, or for other facts of one.
type organizationForm struct {
	iis.Organization        // as it is filled in
	New              bool   // it is to be added
	Named            string // what it is called now
	Seen             string // when it was last changed
	Kinds            []iis.OrganizationKind
	Statuses         []iis.OrganizationStatus
	Parents          []iis.Organization // to choose from
	UnderNumber      string             // what it is under, by number: of departments
	Regions          []policy.Region
	Counties         []string
	Why              string
	Problem          string
}

// Department reports a part of a site, whose site is named by its number: there are
// thousands to choose from.
func (f organizationForm) Department() bool { return f.Kind == iis.KindDepartment }

// seenText is a moment as a form carries it, and seenIn reads it.
func seenText(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 36) }

func seenIn(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 36, 64)
	if err != nil {
		return time.Time{}, errUnreadable
	}
	return time.UnixMicro(n).UTC(), nil
}

// newOrganization asks first for the kind, and then for the facts.
func (s *site) newOrganization(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := organizationForm{New: true, Kinds: iis.OrganizationKinds, UnderNumber: q.Get("under")}
	f.Kind = iis.OrganizationKind(q.Get("kind"))
	if f.Kind.Words() == "" {
		f.Kind = ""
		if under, ok := iis.ParseOrganizationID(f.UnderNumber); ok {
			c, err := s.Enrol.Open(r.Context(), reachOf(r), under)
			if err != nil {
				return err
			}
			f.Kinds = nil
			for _, k := range iis.OrganizationKinds {
				if enrol.MayBeUnder(k, c.Kind) {
					f.Kinds = append(f.Kinds, k)
				}
			}
			f.Named = c.Name
		}
	}
	if under, ok := iis.ParseOrganizationID(f.UnderNumber); ok {
		f.Parent = under
	}
	return s.showOrganizationForm(w, r, f, nil)
}

// showOrganizationForm shows the form with what there is to choose from.
func (s *site) showOrganizationForm(w http.ResponseWriter, r *http.Request, f organizationForm, wrong error) error {
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return err
	}
	f.Regions, f.Counties = law.Regions, law.Counties()
	f.Statuses = iis.OrganizationStatuses[:4]
	if !f.New {
		f.Kinds = alikeKinds(f.Kind)
	}
	if f.Kind != "" && !f.Department() {
		if f.Parents, err = s.Enrol.Parents(r.Context(), f.Kind); err != nil {
			return err
		}
	}
	status, title := http.StatusOK, "New organization"
	if !f.New {
		title = "Change an organization"
	}
	if wrong != nil {
		visitOf(r).err = wrong
		f.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "organizationform", Title: title, Body: f})
}

// alikeKinds are the kinds that an organization of one may become without moving in the
// tree: of a site all kinds of sites.
func alikeKinds(k iis.OrganizationKind) (out []iis.OrganizationKind) {
	for _, other := range iis.OrganizationKinds {
		if other == k || k.IsSite() && other.IsSite() {
			out = append(out, other)
		}
	}
	return out
}

// filledIn reads the facts of a form into an organization.
func filledIn(form url.Values, o *iis.Organization) error {
	o.Kind = iis.OrganizationKind(form.Get("kind"))
	o.Parent = 0
	if number := strings.TrimSpace(form.Get("under")); number != "" {
		under, ok := iis.ParseOrganizationID(number)
		if !ok {
			return fault.New(fault.Invalid, "Under: this is not the number of an organization. It has 13 letters and digits. Nothing was changed.")
		}
		o.Parent = under
	}
	o.Region = form.Get("region")
	for name, field := range map[string]*string{
		"name": &o.Name, "street": &o.Street, "city": &o.City, "state": &o.State, "zip": &o.Zip, "county": &o.County, "phone": &o.Phone,
		"npi": &o.NPI, "pin": &o.PIN,
	} {
		*field = form.Get(name)
	}
	return nil
}

// addOrganization adds what the form says.
func (s *site) addOrganization(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := organizationForm{New: true, Why: r.PostForm.Get("why"), UnderNumber: r.PostForm.Get("under")}
	err := filledIn(r.PostForm, &f.Organization)
	f.Status = iis.OrganizationStatus(r.PostForm.Get("status"))
	if err == nil {
		var o iis.Organization
		if o, err = s.Enrol.Add(r.Context(), visitOf(r).user.Actor(), f.Organization, f.Why); err == nil {
			http.Redirect(w, r, organizationAddress(o.ID)+"?done=added", http.StatusSeeOther)
			return nil
		}
	}
	if formWrong(err) {
		return s.showOrganizationForm(w, r, f, err)
	}
	return err
}

// organizationChange shows the form with the facts as they are.
func (s *site) organizationChange(w http.ResponseWriter, r *http.Request) error {
	f, err := s.organizationAsItIs(r)
	if err != nil {
		return err
	}
	return s.showOrganizationForm(w, r, f, nil)
}

func (s *site) organizationAsItIs(r *http.Request) (f organizationForm, err error) {
	id, err := organizationNumber(r)
	if err != nil {
		return f, err
	}
	c, err := s.Enrol.Open(r.Context(), reachOf(r), id)
	if err != nil {
		return f, err
	}
	f = organizationForm{Organization: c.Organization, Named: c.Name, Seen: seenText(c.Changed)}
	if f.Parent != 0 {
		f.UnderNumber = f.Parent.Public()
	}
	return f, nil
}

// changeOrganization stores what the form says.
func (s *site) changeOrganization(w http.ResponseWriter, r *http.Request) error {
	f, err := s.organizationAsItIs(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	seen, err := seenIn(r.PostForm.Get("seen"))
	if err != nil {
		return err
	}
	f.Seen, f.Why, f.UnderNumber = r.PostForm.Get("seen"), r.PostForm.Get("why"), r.PostForm.Get("under")
	if err = filledIn(r.PostForm, &f.Organization); err == nil {
		_, _, err = s.Enrol.Change(r.Context(), visitOf(r).user.Actor(), f.ID, seen, func(o *iis.Organization) { *o = f.Organization }, f.Why)
	}
	if formWrong(err) {
		return s.showOrganizationForm(w, r, f, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, organizationAddress(f.ID)+"?done=changed", http.StatusSeeOther)
	return nil
}

// organizationStatus is the form for another status.
type organizationStatus struct {
	*enrol.Card
	Seen    string
	To      iis.OrganizationStatus // that is chosen
	Day     string
	Why     string
	Today   cal.Date
	Problem string
}

// statusForm shows to which statuses an organization may go, and what that means.
func (s *site) statusForm(w http.ResponseWriter, r *http.Request) error {
	return s.showStatusForm(w, r, organizationStatus{To: iis.OrganizationStatus(r.URL.Query().Get("to"))}, nil)
}

func (s *site) showStatusForm(w http.ResponseWriter, r *http.Request, f organizationStatus, wrong error) error {
	id, err := organizationNumber(r)
	if err != nil {
		return err
	}
	if f.Card, err = s.Enrol.Open(r.Context(), reachOf(r), id); err != nil {
		return err
	}
	f.Seen, f.Today = seenText(f.Changed), cal.On(visitOf(r).started)
	status, title := http.StatusOK, "Status of an organization"
	if wrong != nil {
		visitOf(r).err = wrong
		f.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "organizationstatus", Title: title, Body: f})
}

// setStatus gives an organization another status.
func (s *site) setStatus(w http.ResponseWriter, r *http.Request) error {
	id, err := organizationNumber(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	f := organizationStatus{To: iis.OrganizationStatus(r.PostForm.Get("status")), Day: r.PostForm.Get("day"), Why: r.PostForm.Get("why")}
	seen, err := seenIn(r.PostForm.Get("seen"))
	if err != nil {
		return err
	}
	day, err := cal.Parse(strings.TrimSpace(f.Day))
	if err != nil {
		return s.showStatusForm(w, r, f, fault.New(fault.Invalid, "Write the day as YYYY-MM-DD, or leave it empty. Nothing was changed."))
	}
	_, err = s.Enrol.Move(r.Context(), visitOf(r).user.Actor(), id, seen, f.To, day, f.Why)
	if formWrong(err) {
		return s.showStatusForm(w, r, f, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, organizationAddress(id)+"?own=&done=status", http.StatusSeeOther)
	return nil
}
