package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/role"
)

func userAddress(id iis.UserID) string { return "/users/" + id.Public() }

// usersPage is the list of users.
type usersPage struct {
	List      []access.Account
	Invited   []access.Invitation
	Strangers []access.Attempt // attempts with user names that nobody has
	Everyone  bool
	First     bool   // it is the first page
	Next      string // the address of the next page; "" on the last
	Filter    access.UserFilter
	Done      string
	// Restored is what is to be done after a restore, for administrators; nil: nothing ever was.
	Restored *access.Restored
}

// usersDone say what was done, by what an address has.
var usersDone = map[string]string{
	"withdrawn":    "The invitation was withdrawn. Its link cannot be used any more.",
	"changed":      "What they may do was changed. It holds from now on.",
	"details":      "Their name or e-mail address was changed.",
	"ended":        "Their access has ended: they are signed out everywhere, and links that they made are void.",
	"let-in":       "They can sign in again, with the password that they had.",
	"factor":       "Their second factor was removed. They are signed out everywhere.",
	"unlinked":     "They are not linked to single sign-on any more, and are signed out everywhere.",
	"designated":   "They record objections to sharing for their site from now on.",
	"undesignated": "They record no objections to sharing any more.",
	"password":     "What their password is good for was changed. They are signed out everywhere.",
}

// users lists the users whom somebody sees.
func (s *site) users(w http.ResponseWriter, r *http.Request) error {
	by, q := visitOf(r).user.Manager(), r.URL.Query()
	p := usersPage{Everyone: by.Everyone(), First: q.Get("after") == "", Filter: access.UserFilter{Text: q.Get("text"), Site: q.Get("site")}, Done: usersDone[q.Get("done")]}
	var next string
	var err error
	if p.List, next, err = s.Gate.Users(r.Context(), by, p.Filter, q.Get("after")); err != nil {
		return err
	}
	if next != "" {
		p.Next = "/users?" + url.Values{"after": {next}, "text": {p.Filter.Text}, "site": {p.Filter.Site}}.Encode()
	}
	if p.First && p.Filter == (access.UserFilter{}) {
		if p.Invited, err = s.Gate.Invitations(r.Context(), by); err != nil {
			return err
		}
		if p.Strangers, err = s.Gate.Strangers(r.Context(), by); err != nil {
			return err
		}
		if by.Everyone() && visitOf(r).user.May(role.ManageUsers) {
			if p.Restored, err = s.Gate.Restored(r.Context()); err != nil {
				return err
			}
		}
	}
	return s.show(w, r, http.StatusOK, view{Page: "users", Title: "Users", Body: p})
}

// userPage is one user.
type userPage struct {
	access.Account
	Log      access.SignInLog
	Gives    []*role.Role
	Everyone bool   // whoever looks sees every site's users
	Self     bool   // it is their own account
	Chosen   string // the role that is chosen
	Code     string // of the site that is written
	Typed    string // the code of the region that is chosen
	NewName  string // that is written, as NewEmail
	NewEmail string
	Regions  []policy.Region
	Senders  []iis.Sender // of the site of whoever looks, between which they move users
	Why      string
	Done     string
	Problem  string
	At       string // which form the problem is of

	// Replaces says that whoever looks makes the passwords of the user's record system.
	Replaces bool
	// Designates says that the state has sites designate who records objections; MayRecord, that
	// the user's role may be.
	Designates, MayRecord bool
}

// regionChoice is from which regions one is chosen.
type regionChoice struct {
	Regions []policy.Region
	Region  string
}

// RegionChoice is that of the form.
func (p userPage) RegionChoice() regionChoice { return regionChoice{p.Regions, p.Typed} }

// whereTheyWork is of which of a site's senders one is chosen.
type whereTheyWork struct {
	Senders  []iis.Sender
	Facility string // the code of the one that is chosen
	Required bool
}

// WhereTheyWork is the choice of the form. Who works where nobody is let in any more may stay.
func (p userPage) WhereTheyWork() whereTheyWork { return whereTheyWork{p.Senders, p.Code, false} }

// RegionName is what the region of the account is called; its code when the state has it no more.
func (p userPage) RegionName() string {
	for _, r := range p.Regions {
		if r.Code == p.Region {
			return r.Name
		}
	}
	return p.Region
}

// ChosenRole is what the form has chosen.
func (p userPage) ChosenRole() string {
	if p.Chosen == "" && p.Role != nil {
		return p.Role.ID
	}
	return p.Chosen
}

func userIn(r *http.Request) (iis.UserID, error) {
	id, ok := iis.ParseUserID(r.PathValue("user"))
	if !ok {
		return 0, fault.New(fault.NotFound, "There is no such user.")
	}
	return id, nil
}

// user shows one user.
func (s *site) user(w http.ResponseWriter, r *http.Request) error {
	return s.showUser(w, r, userPage{Done: usersDone[r.URL.Query().Get("done")]}, nil)
}

// showUser shows one user, and what is wrong with what was asked for.
func (s *site) showUser(w http.ResponseWriter, r *http.Request, p userPage, wrong error) error {
	id, err := userIn(r)
	if err != nil {
		return err
	}
	u := visitOf(r).user
	by := u.Manager()
	if p.Account, err = s.Gate.User(r.Context(), by, id); err != nil {
		return err
	}
	if p.Log, err = s.Gate.Attempts(r.Context(), by, id, olderThan(r)); err != nil {
		return err
	}
	if p.Regions, err = s.Gate.Regions(r.Context()); err != nil {
		return err
	}
	if p.Designates, err = s.Gate.Designates(r.Context()); err != nil {
		return err
	}
	if p.Senders, err = s.Gate.Senders(r.Context(), by); err != nil && fault.KindOf(err) != fault.Conflict {
		return err
	}
	p.Gives, p.Everyone, p.Self, p.MayRecord = by.Gives(), by.Everyone(), id == u.ID, p.Role.May(role.RecordObjections)
	p.Replaces = keepCredentials.allows(u) && u.Sender != 0
	if wrong == nil {
		p.Code, p.Typed, p.NewName, p.NewEmail = p.Facility, p.Region, p.Name, p.Email
		return s.show(w, r, http.StatusOK, view{Page: "user", Title: "User", Body: p})
	}
	if p.At != "change" {
		p.Code, p.Typed = p.Facility, p.Region
	}
	if p.At != "details" {
		p.NewName, p.NewEmail = p.Name, p.Email
	}
	visitOf(r).err = wrong
	p.Problem = fault.Public(wrong)
	status, _ := s.explain(w, wrong)
	return s.show(w, r, status, view{Page: "user", Title: "Error: user", Body: p})
}

// olderThan is before which line of the sign-in log a page begins; what is no line is the newest.
func olderThan(r *http.Request) int64 {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		return 0
	}
	return before
}

// said reports that an error is for whoever has sent a form.
func said(err error) bool {
	k := fault.KindOf(err)
	return err != nil && (k == fault.Invalid || k == fault.Conflict || k == fault.Denied)
}

// actOn does something to the user whom an address names, and leads back to their page.
func (s *site) actOn(w http.ResponseWriter, r *http.Request, at, done string, p func() userPage, act func(id iis.UserID) error) error {
	id, err := userIn(r)
	if err == nil {
		err = readForm(r)
	}
	if err == nil {
		err = act(id)
	}
	if said(err) {
		page := p()
		page.At = at
		return s.showUser(w, r, page, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, userAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}

// changeUser gives a user another role, site or region, or another name and address.
func (s *site) changeUser(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	at, done := "change", "changed"
	if f.Has("name") {
		at, done = "details", "details"
	}
	typed := func() userPage {
		return userPage{Chosen: f.Get("role"), Code: f.Get("facility"), Typed: f.Get("region"), NewName: f.Get("name"), NewEmail: f.Get("email")}
	}
	return s.actOn(w, r, at, done, typed, func(id iis.UserID) error {
		given := func(field string) *string {
			text := strings.TrimSpace(f.Get(field))
			if !f.Has(field) {
				return nil
			}
			return &text
		}
		c := access.UserChange{Role: given("role"), Facility: given("facility"), Region: given("region"), Name: given("name"), Email: given("email")}
		return s.Gate.Change(r.Context(), visitOf(r).user.Manager(), id, c)
	})
}

func whyOf(r *http.Request) func() userPage {
	return func() userPage { return userPage{Why: r.PostForm.Get("why")} }
}

// endAccess ends the access of a user.
func (s *site) endAccess(w http.ResponseWriter, r *http.Request) error {
	return s.actOn(w, r, "end", "ended", whyOf(r), func(id iis.UserID) error {
		return s.Gate.EndAccess(r.Context(), visitOf(r).user.Manager(), id, r.PostForm.Get("why"))
	})
}

// letIn lets a user in again.
func (s *site) letIn(w http.ResponseWriter, r *http.Request) error {
	return s.actOn(w, r, "let-in", "let-in", whyOf(r), func(id iis.UserID) error {
		return s.Gate.LetIn(r.Context(), visitOf(r).user.Manager(), id, r.PostForm.Get("why"))
	})
}

// designate has a user record objections for their site, or no longer.
func (s *site) designate(w http.ResponseWriter, r *http.Request) error {
	act, done := s.Gate.Designate, "designated"
	if err := readForm(r); err != nil {
		return err
	}
	if r.PostForm.Get("designated") != "yes" {
		act, done = s.Gate.EndDesignation, "undesignated"
	}
	return s.actOn(w, r, "designation", done, whyOf(r), func(id iis.UserID) error {
		return act(r.Context(), visitOf(r).user.Manager(), id, r.PostForm.Get("why"))
	})
}

// passwordUse says whether a user's password lets in.
func (s *site) passwordUse(w http.ResponseWriter, r *http.Request) error {
	return s.actOn(w, r, "password-use", "password", whyOf(r), func(id iis.UserID) error {
		return s.Gate.PasswordUse(r.Context(), visitOf(r).user.Manager(), id, r.PostForm.Get("use") == "off", nil, r.PostForm.Get("why"))
	})
}

// unlinkUser takes the link to single sign-on from a user.
func (s *site) unlinkUser(w http.ResponseWriter, r *http.Request) error {
	return s.actOn(w, r, "unlink", "unlinked", whyOf(r), func(id iis.UserID) error {
		return s.Gate.DropLinks(r.Context(), visitOf(r).user.Manager(), id, r.PostForm.Get("why"))
	})
}

// linkPage is a link that is told once.
type linkPage struct {
	Name, Username string
	Email          string // to which the link was sent, too, when mails are sent
	Address        string
	Renews         bool
	Days           int
}

// showLink shows a link. It is not led to, for it can be shown once.
func (s *site) showLink(w http.ResponseWriter, r *http.Request, p linkPage, token string) error {
	p.Email = s.mailed(p.Email)
	p.Address, p.Days = s.base(r)+"/invited/"+token, int(access.InvitedFor.Hours()/24)
	return s.show(w, r, http.StatusOK, view{Page: "link", Title: "Link for a new user", Body: p})
}

// passwordLink makes a link by which a user sets another password.
func (s *site) passwordLink(w http.ResponseWriter, r *http.Request) error {
	id, err := userIn(r)
	if err != nil {
		return err
	}
	by := visitOf(r).user.Manager()
	token, err := s.Gate.NewPassword(r.Context(), by, id)
	if said(err) {
		return s.showUser(w, r, userPage{At: "password"}, err)
	}
	if err != nil {
		return err
	}
	a, err := s.Gate.User(r.Context(), by, id)
	if err != nil {
		return err
	}
	return s.showLink(w, r, linkPage{Name: a.Name, Username: a.Username, Email: a.Email, Renews: true}, token)
}

// invitePage is the form by which somebody is invited.
type invitePage struct {
	access.NewUser
	Gives    []*role.Role
	Everyone bool
	Site     string       // of whoever invites to their own
	Senders  []iis.Sender // of it, where there are several
	Closed   string       // why nobody is invited there any more
	Regions  []policy.Region
	Problem  string
}

// WhereTheyWork is the choice of the form.
func (p invitePage) WhereTheyWork() whereTheyWork {
	return whereTheyWork{p.Senders, p.Facility, true}
}

// inviteForm shows the form.
func (s *site) inviteForm(w http.ResponseWriter, r *http.Request) error {
	return s.showInvite(w, r, access.NewUser{}, nil)
}

func (s *site) showInvite(w http.ResponseWriter, r *http.Request, typed access.NewUser, wrong error) error {
	u := visitOf(r).user
	p := invitePage{NewUser: typed, Gives: u.Manager().Gives(), Everyone: u.Everyone(), Site: u.Site}
	var err error
	if p.Senders, err = s.Gate.Senders(r.Context(), u.Manager()); err != nil && fault.KindOf(err) == fault.Conflict {
		p.Closed, err = fault.Public(err), nil
	}
	if err != nil {
		return err
	}
	if p.Facility == "" {
		p.Facility = ownFacility(p.Senders, u.Sender)
	}
	if p.Regions, err = s.Gate.Regions(r.Context()); err != nil {
		return err
	}
	v := view{Page: "invite", Title: "Invite a user"}
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, v.Title = fault.Public(wrong), "Error: invite a user"
		status, _ = s.explain(w, wrong)
	}
	v.Body = p
	return s.show(w, r, status, v)
}

// ownFacility is the code of somebody's own sender among those of their site.
func ownFacility(list []iis.Sender, own iis.SenderID) string {
	for _, s := range list {
		if s.ID == own {
			return s.Facility
		}
	}
	return ""
}

// invite makes a link for a new user.
func (s *site) invite(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	u := access.NewUser{
		Username: strings.TrimSpace(f.Get("username")), Name: strings.TrimSpace(f.Get("name")), Email: strings.TrimSpace(f.Get("email")),
		Role: f.Get("role"), Facility: strings.TrimSpace(f.Get("facility")), Region: f.Get("region"),
	}
	token, err := s.Gate.Invite(r.Context(), visitOf(r).user.Manager(), u)
	if said(err) {
		return s.showInvite(w, r, u, err)
	}
	if err != nil {
		return err
	}
	return s.showLink(w, r, linkPage{Name: u.Name, Username: u.Username, Email: u.Email}, token)
}

// withdrawInvitation ends a link that was not used.
func (s *site) withdrawInvitation(w http.ResponseWriter, r *http.Request) error {
	id, ok := iis.ParseInvitationID(r.PathValue("invitation"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such invitation.")
	}
	if err := s.Gate.Withdraw(r.Context(), visitOf(r).user.Manager(), id); err != nil {
		return err
	}
	http.Redirect(w, r, "/users?done=withdrawn", http.StatusSeeOther)
	return nil
}

// invitedPage is what whoever follows a link sees.
type invitedPage struct {
	access.Invitation
	Token   string
	Least   int
	Problem string

	Provider  string
	Passwords bool
}

// invitedForm asks whom a link is for to choose a password.
func (s *site) invitedForm(w http.ResponseWriter, r *http.Request) error {
	hideAddress(w)
	return s.showInvited(w, r, nil)
}

// hideAddress has the browser tell no other page the address of this one, which has the
// secret of a link: it tells the origin alone. (no-referrer would hide our own forms: see
// setHeaders.)
func hideAddress(w http.ResponseWriter) { w.Header().Set("Referrer-Policy", "strict-origin") }

func (s *site) showInvited(w http.ResponseWriter, r *http.Request, wrong error) error {
	token := r.PathValue("token")
	i, err := s.Gate.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	p, status, title := invitedPage{Invitation: i, Token: token, Least: access.LeastPassword, Provider: s.Gate.ProviderName(), Passwords: !s.Gate.PasswordsOff()}, http.StatusOK, "Choose a password"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: choose a password"
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "invited", Title: title, Body: p})
}

var errNotTwice = fault.New(fault.Invalid, "The two passwords are not the same. Write the same one twice.")

// accept takes the password that somebody has chosen, and signs them in.
func (s *site) accept(w http.ResponseWriter, r *http.Request) error {
	hideAddress(w)
	err := readForm(r)
	if err != nil {
		return err
	}
	password, token := r.PostForm.Get("password"), ""
	if err = access.PasswordFor("", password); err == nil && password != r.PostForm.Get("again") {
		err = errNotTwice
	}
	if err == nil {
		token, err = s.Gate.Accept(r.Context(), placeOf(r), r.PathValue("token"), password)
	}
	if said(err) {
		return s.showInvited(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := s.begins(w, r, token); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// placeOf is from where a request comes.
func placeOf(r *http.Request) access.Place {
	return access.Place{Caller: access.CallerAt(r.RemoteAddr), Agent: r.UserAgent()}
}
