package web

import (
	"context"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// putInRegion has the site of a sender be in a region of the state's file, by its code; ""
// for the region of its county. It holds at once.
func (w *registry) putInRegion(of iis.Sender, code string) {
	w.t.Helper()
	site, err := w.doors.Enrol.OfSender(context.Background(), of.ID)
	is.NoError(w.t, "site of "+of.Facility, err)
	_, _, err = w.doors.Enrol.Change(context.Background(), iis.Actor{Kind: "command"}, site.ID, time.Time{}, func(o *iis.Organization) { o.Region = code }, "where it lies")
	is.NoError(w.t, "region of "+of.Facility, err)
}

// coordinates makes a regional coordinator of a region, or of none (""), and is their
// browser. Said again of the same user, it moves the account.
func (w *registry) coordinates(username, region string) *browser {
	w.t.Helper()
	w.hasUser(username, "regional-coordinator", "")
	_, err := w.Gate.ChangeUser(context.Background(), username, access.UserChange{Region: &region})
	is.NoError(w.t, "region of "+username, err)
	return w.as(username)
}
