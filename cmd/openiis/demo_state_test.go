package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// links are the addresses to which a page leads, within the site.
var links = regexp.MustCompile(`<a [^>]*href="(/[^"#]*)"`)

// walks signs a user in and opens what the first page leads to, and what that leads to,
// some pages of each: every one must be there for them.
func walks(t *testing.T, address, username, password string) (seen map[string]string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	is.NoError(t, "cookies", err)
	c := &http.Client{Jar: jar}
	seen = map[string]string{}
	open := func(resp *http.Response, err error, path string) string {
		t.Helper()
		is.NoError(t, username+" opens "+path, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		is.NoError(t, path, err)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s opens %s: %s", username, path, resp.Status)
		}
		for _, stuck := range []string{"Before you use the registry", "Your access waits", "must have a second factor", "Something went wrong"} {
			if strings.Contains(string(body), stuck) {
				t.Errorf("%s opens %s: %s", username, path, stuck)
			}
		}
		seen[path] = string(body)
		return string(body)
	}
	const most = 45
	resp, err := c.PostForm(address+"/signin", url.Values{"username": {username}, "password": {password}})
	todo := []string{open(resp, err, "/")}
	for len(todo) > 0 && len(seen) < most {
		for _, m := range links.FindAllStringSubmatch(todo[0], -1) {
			path := strings.ReplaceAll(m[1], "&amp;", "&")
			if _, known := seen[path]; known || len(seen) >= most || strings.Contains(path, ".") {
				continue
			}
			resp, err := c.Get(address + path)
			todo = append(todo, open(resp, err, path))
		}
		todo = todo[1:]
	}
	return seen
}

// menuOf are the addresses to which the menu of a page leads.
func menuOf(t *testing.T, page string) (out []string) {
	t.Helper()
	_, menu, is := strings.Cut(page, `<nav class="site-nav"`)
	menu, _, ends := strings.Cut(menu, "</nav>")
	if !is || !ends {
		t.Fatal("a page has no menu")
	}
	for _, m := range links.FindAllStringSubmatch(menu, -1) {
		out = append(out, strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	return out
}

func TestEachStatesDemonstrationLetsEveryUserWork(t *testing.T) {
	for _, state := range []string{"", "ma", "ms", "mn"} {
		t.Run("state "+state, func(t *testing.T) {
			ctx := context.Background()
			r, err := openRegistry(ctx, filepath.Join(t.TempDir(), "demo.db"))
			is.NoError(t, "open", err)
			t.Cleanup(func() { is.NoError(t, "close", r.Close()) })
			if state != "" {
				is.NoError(t, "state", r.goBy(ctx, state))
			}
			s := newStory(r, 80, time.Now())
			is.NoError(t, "tell", s.tell(ctx))
			_, _, err = s.audit.Judge(ctx, s.now)
			is.NoError(t, "judge", err)
			log := slog.New(slog.DiscardHandler)
			served := &service{Config: defaults(), registry: r, desk: watchedDesk{r.desk, newHealth(r.store, log)}, health: newHealth(r.store, log), log: log}
			server := httptest.NewServer(served.routes(ctx))
			defer server.Close()
			users, _, err := s.gate.Users(ctx, access.ByCommand(), access.UserFilter{}, "")
			is.NoError(t, "users", err)
			walked := map[string]bool{}
			for _, u := range users {
				if u.State != access.Active {
					continue
				}
				pages := walks(t, server.URL, u.Username, s.password)
				if len(pages) < 10 {
					t.Errorf("%s found %d pages", u.Username, len(pages))
				}
				for _, path := range menuOf(t, pages["/"]) {
					if pages[path] == "" {
						t.Errorf("%s: their menu has %s, which was not opened", u.Username, path)
					}
				}
				if u.Role.ID == access.Administrator {
					showsTrust(t, s, pages)
				}
				walked[u.Role.ID] = true
			}
			for _, u := range s.staff {
				is.Equal(t, u.Role+" was walked", walked[u.Role], true)
			}
		})
	}
}

// showsTrust: what a demonstration has people ask, sign and object is there, on the pages
// that an administrator opens.
func showsTrust(t *testing.T, s *story, pages map[string]string) {
	t.Helper()
	ctx := context.Background()
	law, err := s.keeper.Policy(ctx)
	is.NoError(t, "policy", err)
	says(t, pages["/help/desk"], "A session for new nurses")
	if law.Enrolment != nil {
		says(t, pages["/applications"], "Brookside Pediatrics")
	}
	if slices.Contains(law.OptOut.How, "call") {
		is.NoError(t, "opt-outs", s.store.Read(ctx, func(tx *store.Tx) error {
			all, err := tx.AllOptOuts()
			is.Equal(t, "opt-outs", len(all), 1)
			return err
		}))
	}
	statuses := map[iis.Sharing]int{}
	for i := range s.known {
		found, err := s.chart.Find(ctx, s.as(access.Administrator), chart.Search{Text: nameAndBirth(&s.known[i])})
		is.NoError(t, "find", err)
		for _, f := range found.Fits {
			page, err := s.chart.Sharing(ctx, s.as(access.Administrator), f.ID)
			var barred *chart.Barred
			if errors.As(err, &barred) {
				statuses[barred.Status]++
				continue
			}
			is.NoError(t, "sharing", err)
			statuses[page.Status]++
		}
	}
	t.Logf("%s: sharing %v", law.Name, statuses)
	if statuses[iis.SharingNo] == 0 {
		t.Error("nobody has objected")
	}
	if law.Sharing.Unknown != nil && statuses[iis.SharingUnknown] == 0 {
		t.Error("everybody was told of the registry")
	}
}
