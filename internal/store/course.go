package store

import (
	"fmt"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AddCourseResult stores a try of a quiz, or a session that counts as a course, with
// its line of the audit.
func (tx *Tx) AddCourseResult(r iis.CourseResult, by iis.Actor) error {
	r.ID = tx.s.NewID()
	err := tx.Exec(`
		INSERT INTO course_result (account_id, id, course, version, title, role, event_id, score, questions, passed, at, noted_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		r.User, r.ID, r.Course, r.Version, r.Title, r.Role, r.Event, r.Score, r.Questions, r.Passed, r.At.UnixMicro(), r.NotedBy)
	if err != nil {
		return err
	}
	act := "try course: " + r.Course
	if r.Passed {
		act = "complete course: " + r.Course
	}
	return tx.AddAudit(Audit{At: r.At, Actor: by, Act: act, Subject: int64(r.User)})
}

// courseResultColumns are what readCourseResult reads, of a table called r.
const courseResultColumns = `r.account_id, r.id, r.course, r.version, r.title, r.role, r.event_id, r.score, r.questions, r.passed, r.at, r.noted_by`

func readCourseResult(r db.Row) iis.CourseResult {
	return iis.CourseResult{
		User: iis.UserID(r.Int(0)), ID: r.Int(1), Course: r.Text(2), Version: int(r.Int(3)), Title: r.Text(4), Role: r.Text(5),
		Event: iis.EventID(r.Int(6)), Score: int(r.Int(7)), Questions: int(r.Int(8)), Passed: r.Int(9) != 0,
		At: time.UnixMicro(r.Int(10)).UTC(), NotedBy: iis.UserID(r.Int(11)),
	}
}

// CourseResults are those of a user, the newest first, so many at most.
func (tx *Tx) CourseResults(user iis.UserID, limit int) ([]iis.CourseResult, error) {
	var out []iis.CourseResult
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + courseResultColumns + ` FROM course_result r WHERE r.account_id = $1 ORDER BY r.id DESC LIMIT $2`,
		Args: []any{user, limit},
		Each: func(r db.Row) error { out = append(out, readCourseResult(r)); return nil },
	})
	return out, err
}

// TriesSince is how often a user has tried a course's quiz in vain since a moment.
func (tx *Tx) TriesSince(user iis.UserID, course string, since time.Time) (n int, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT COUNT(*) FROM course_result WHERE account_id = $1 AND course = $2 AND passed = 0 AND at > $3`,
		Args: []any{user, course, since.UnixMicro()},
		Each: func(r db.Row) error { n = int(r.Int(0)); return nil },
	})
	return n, err
}

// done are the newest versions of courses that somebody has completed.
type done map[string]int

// lacks are the courses of some needs that are not among them.
func (d done) lacks(needs []iis.CourseNeed) []string {
	var out []string
	for _, n := range needs {
		if v, ok := d[n.Course]; !ok || v < n.Least {
			out = append(out, n.Course)
		}
	}
	return out
}

// LacksCourses are the courses, of those that are required of a user's role, that the
// user has not completed in a version that counts; in the order of the requirements.
func (tx *Tx) LacksCourses(user iis.UserID, needs []iis.CourseNeed) ([]string, error) {
	if len(needs) == 0 {
		return nil, nil
	}
	have := done{}
	err := tx.Select(db.Query{
		SQL:  `SELECT course, MAX(version) FROM course_result WHERE account_id = $1 AND passed = 1 GROUP BY course`,
		Args: []any{user},
		Each: func(r db.Row) error { have[r.Text(0)] = int(r.Int(1)); return nil },
	})
	return have.lacks(needs), err
}

// UsersOfOrganizations are the users of some organizations whose access has not ended, by the
// senders that belong to these, in the order of user names, so many at most. It does
// not look at what is under an organization: name its departments too.
func (tx *Tx) UsersOfOrganizations(of []iis.OrganizationID, after string, limit int) ([]AccountAt, error) {
	if len(of) == 0 {
		return nil, nil
	}
	args := []any{after}
	for _, o := range of {
		args = append(args, o)
	}
	args = append(args, limit)
	var out []AccountAt
	err := tx.Select(db.Query{
		SQL: `SELECT ` + accountColumns + `, n.name FROM account a JOIN sender n ON n.id = a.sender_id
			WHERE a.username > $1 AND a.ended = 0 AND n.organization_id IN (` + marksFrom(2, len(of)) + `) ORDER BY a.username LIMIT ` + marksFrom(len(of)+2, 1),
		Args: args,
		Each: func(r db.Row) error {
			out = append(out, AccountAt{Account: readAccount(r), Site: r.Text(accountWidth)})
			return nil
		},
	})
	return out, err
}

// UsersLackingCourses are the users of some organizations, by the senders that belong to
// these, who lack courses that are required of their role, in the order of user names.
// Those whose access has ended are not among them. It does not look at what is under an
// organization: name its departments too. total is how many users there are.
func (tx *Tx) UsersLackingCourses(of []iis.OrganizationID, required iis.CourseNeeds) (lacking []iis.CourseLack, total int, err error) {
	const mostUsers = 100_000
	users, err := tx.UsersOfOrganizations(of, "", mostUsers)
	if err != nil {
		return nil, 0, err
	}
	have, err := tx.coursesOf(users)
	if err != nil {
		return nil, 0, err
	}
	for _, u := range users {
		if lacks := have[u.ID].lacks(required[u.Role]); len(lacks) > 0 {
			lacking = append(lacking, iis.CourseLack{User: u.ID, Username: u.Username, Name: u.Name, Role: u.Role, Sender: u.Sender, Lacks: lacks})
		}
	}
	return lacking, len(users), nil
}

// coursesOf are the newest versions of courses that some users have completed.
func (tx *Tx) coursesOf(users []AccountAt) (map[iis.UserID]done, error) {
	out := map[iis.UserID]done{}
	const together = 500
	for len(users) > 0 {
		n := min(together, len(users))
		var args []any
		for _, u := range users[:n] {
			args = append(args, u.ID)
		}
		users = users[n:]
		err := tx.Select(db.Query{
			SQL: `SELECT account_id, course, MAX(version) FROM course_result WHERE account_id IN (` + marksFrom(1, n) + `) AND passed = 1
				GROUP BY account_id, course`,
			Args: args,
			Each: func(r db.Row) error {
				id := iis.UserID(r.Int(0))
				if out[id] == nil {
					out[id] = done{}
				}
				out[id][r.Text(1)] = int(r.Int(2))
				return nil
			},
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CourseDone is a course that a user has completed.
type CourseDone struct {
	Course  string
	Version int
	At      time.Time
}

// CoursesDone are the courses that some users have completed, the newest completion of
// each alone.
func (tx *Tx) CoursesDone(users []iis.UserID) (map[iis.UserID]map[string]CourseDone, error) {
	out := map[iis.UserID]map[string]CourseDone{}
	if len(users) == 0 {
		return out, nil
	}
	var args []any
	for _, u := range users {
		args = append(args, u)
	}
	err := tx.Select(db.Query{
		SQL:  `SELECT account_id, course, version, at FROM course_result WHERE account_id IN (` + marksFrom(1, len(users)) + `) AND passed = 1 ORDER BY id`,
		Args: args,
		Each: func(r db.Row) error {
			id := iis.UserID(r.Int(0))
			if out[id] == nil {
				out[id] = map[string]CourseDone{}
			}
			out[id][r.Text(1)] = CourseDone{r.Text(1), int(r.Int(2)), time.UnixMicro(r.Int(3)).UTC()}
			return nil
		},
	})
	return out, err
}

// marksFrom are n places of arguments from a number on: "$2, $3".
func marksFrom(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}
