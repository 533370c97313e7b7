package journeys

import (
	"context"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
)

// page is the address of a user's page.
func (r *registry) page(username string) string {
	r.t.Helper()
	id, err := r.gate.Numbered(context.Background(), username)
	is.NoError(r.t, "number", err)
	return "/users/" + id.Public()
}

func TestASiteDesignatesWhoRecordsObjections(t *testing.T) {
	r := newRegistry(t)
	_, err := record.New(r.store, codeset.Default()).GoBy(context.Background(), policy.Named("ma"), iis.Actor{Kind: "command"}, false)
	is.NoError(t, "go by Massachusetts", err)
	time.Sleep(time.Second)
	r.hasSites()
	r.hasUser(access.NewUser{Username: "vera", Name: "Vera Vale", Role: "access-administrator", Facility: "OAK"})
	r.learns("olga", "vera")
	b := openBrowser(t, r.address)
	b.signsInWithNewFactor("vera")
	b.visit(r.page("olga"))
	b.sees("Designate for objections", "not designated")
	b.isSound("designation-1-user")
	b.write("designation-why", "She is at the front desk")
	b.press("section[aria-labelledby='designation'] button")
	b.sees("They record objections to sharing for their site from now on.", "by Vera Vale: She is at the front desk", "End the designation")
	b.isSound("designation-2-designated")
	b.visit("/credentials")
	b.sees("Last message", "Last four weeks")
	b.isSound("credentials-1-state")
}

func TestAnAdministratorGivesARegionAndSeesPagesAsItsStaffDo(t *testing.T) {
	r := newRegistry(t)
	r.inMinnesota()
	time.Sleep(time.Second)
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.visit("/users/invite")
	b.sees("For a role that looks after a region.")
	b.isSound("region-1-invite")
	r.hasUser(access.NewUser{Username: "regina", Name: "Regina Reed", Role: "regional-coordinator", Region: "metro"})
	b.visit(r.page("regina"))
	b.sees("Role and site or region", "Metro")
	b.isSound("region-2-user")
	b.visit("/viewing")
	b.chooses("role", "regional-coordinator")
	b.chooses("region", "northeast")
	b.isSound("region-3-viewing")
	b.press("main form button")
	b.sees("You see pages as the role Regional coordinator of the region Northeast does.", "Your region: Northeast")
	b.isSound("region-4-viewed")
}
