package policy

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/states"
)

// mailPlaces are the placeholders that each kind of mail may have, beside those of the
// state: state, registry, department, contact and signature.
var mailPlaces = map[iis.MailKind][]string{
	iis.MailInvitation:  {"name", "role", "username", "until", "link"},
	iis.MailPassword:    {"name", "username", "until", "link"},
	iis.MailReceived:    {"reference", "link"},
	iis.MailChanges:     {"reference", "link"},
	iis.MailApproved:    {"reference", "link"},
	iis.MailDeclined:    {"reference", "link"},
	iis.MailSign:        {"site", "until", "link"},
	iis.MailExpires:     {"name", "form", "whose", "until", "days", "consequence", "link"},
	iis.MailIdle:        {"name", "username", "until", "link"},
	iis.MailNewDevice:   {"name", "username", "when", "browser", "link"},
	iis.MailReaddressed: {"name", "username", "when", "link"},
	iis.MailFailed:      {"name", "username", "count", "when", "link"},
	iis.MailTicketReply: {"name", "reference", "link"},
	iis.MailSeat:        {"name", "title", "when", "link"},
	iis.MailMoved:       {"name", "title", "when", "link"},
	iis.MailCalledOff:   {"name", "title", "when", "link"},
	iis.MailSessionSoon: {"name", "title", "when", "link"},
}

// sample has a value for each placeholder of a kind of mail.
func sample(kind iis.MailKind) map[string]string {
	out := map[string]string{}
	for _, place := range mailPlaces[kind] {
		out[place] = "<" + place + ">"
	}
	return out
}

func TestEveryKindOfMailHasWordsInEveryState(t *testing.T) {
	is.Equal(t, "kinds", len(mailPlaces), len(iis.MailKinds))
	for _, state := range append(States(), neutralState) {
		for _, kind := range iis.MailKinds {
			l, err := Named(state).Mail(kind, sample(kind))
			is.NoError(t, state+" "+string(kind), err)
			for _, place := range mailPlaces[kind] {
				if !strings.Contains(l.Subject+l.Text, "<"+place+">") {
					t.Errorf("%s, %s: the words do not have {%s}", state, kind, place)
				}
			}
			if strings.Contains(l.Subject+l.Text, "{") || strings.Contains(l.Subject, "\n") || !strings.Contains(l.Text, Named(state).Registry) {
				t.Errorf("%s, %s: %+v", state, kind, l)
			}
			is.Equal(t, "words for people", kind.Words() != "", true)
		}
	}
}

func TestEveryFileOfAMailIsOfAKind(t *testing.T) {
	names, err := fs.Glob(states.Files, "*/"+mailFolder+"/*")
	is.NoError(t, "files", err)
	for _, name := range names {
		kind := iis.MailKind(strings.TrimSuffix(path.Base(name), ".txt"))
		is.Equal(t, name, slices.Contains(slices.Collect(maps.Keys(mailPlaces)), kind), true)
	}
}

func TestAValueThatLooksLikeAPlaceholderStaysAsItIs(t *testing.T) {
	v := sample(iis.MailPassword)
	v["name"] = "{link}"
	l, err := Neutral().Mail(iis.MailPassword, v)
	is.NoError(t, "mail", err)
	is.Equal(t, "name", strings.Contains(l.Text, "Hello {link},"), true)
}

func TestWhichReminderIsDue(t *testing.T) {
	e := &Enrolment{Remind: remindDays}
	for left, want := range map[int]int{90: 0, 61: 0, 60: 60, 31: 60, 30: 30, 8: 30, 7: 7, 0: 7} {
		is.Equal(t, "days left", e.Reminder(left), want)
	}
	is.Equal(t, "none", (&Enrolment{}).Reminder(5), 0)
	ma := Named("ma")
	is.Equal(t, "Massachusetts", ma.Enrolment.Remind, remindDays)
}

func TestAMailWithoutAValueIsNone(t *testing.T) {
	v := sample(iis.MailPassword)
	delete(v, "until")
	_, err := Neutral().Mail(iis.MailPassword, v)
	is.Equal(t, "error", err != nil && strings.Contains(err.Error(), "states/neutral/mail/password-link.txt: {until} is not known"), true)
	for _, text := range []string{"", "Dear you,\n\nx", "Subject: x\ny", "Subject: \n\ny", "Subject: x\n\n \n"} {
		if _, _, err := splitMail(text); err == nil {
			t.Errorf("%q is taken as a mail", text)
		}
	}
}
