package clients_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/test/drive"
)

// What README.md tells a new user to do is done as it stands there, but for the
// port: one clinic's message, another's question, and the page.
func TestWhatTheREADMETellsANewUserWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the real clients out")
	}
	readme, err := os.ReadFile("../../README.md")
	is.NoError(t, "README", err)
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	told := &logged{}
	demo, err := drive.Program{Bin: bin}.Demo(told, 20)
	is.NoError(t, "start", err)
	t.Cleanup(func() { is.NoError(t, "stop", demo.Stop()) })
	password := regexp.MustCompile(`password of everybody is (\S+)`).FindStringSubmatch(told.String())
	if password == nil {
		t.Fatalf("no password is printed: %s", told)
	}

	var answers []string
	for _, line := range regexp.MustCompile(`(?m)^    (curl .*)$`).FindAllStringSubmatch(string(readme), -1) {
		command := strings.NewReplacer("PASSWORD", password[1], "127.0.0.1:8080", demo.HTTP).Replace(line[1])
		c := exec.Command("sh", "-c", command+" -sS")
		c.Dir = "../.."
		out, err := c.CombinedOutput()
		is.NoError(t, line[1], err)
		answers = append(answers, string(out))
	}
	if len(answers) != 2 {
		t.Fatalf("%d commands of curl in the README, want 2", len(answers))
	}
	if !strings.Contains(answers[0], "\rMSA|AA|") {
		t.Errorf("the vaccination: %s", answers[0])
	}
	if !strings.Contains(answers[1], "|Z32^CDCPHINVS") || !strings.Contains(answers[1], "94^MMRV^CVX") {
		t.Errorf("the question: %s", answers[1])
	}

	search := regexp.MustCompile("search for `([^`]+)`").FindSubmatch(readme)
	if search == nil {
		t.Fatal("the README names nobody to search for")
	}
	jar, err := cookiejar.New(nil)
	is.NoError(t, "cookies", err)
	user := http.Client{Jar: jar}
	post := func(path string, form url.Values) string {
		answer, err := user.PostForm("http://"+demo.HTTP+path, form)
		is.NoError(t, path, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		is.NoError(t, path, err)
		return string(body)
	}
	post("/signin", url.Values{"username": {"admin"}, "password": {password[1]}})
	if page := post("/people/find", url.Values{"q": {string(search[1])}}); !strings.Contains(page, "1 person found") {
		t.Errorf("the search finds: %s", page)
	}
}
