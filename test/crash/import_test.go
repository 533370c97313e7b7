package crash

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
	"openiis/test/drive"
)

// An import of an old registry is killed again and again and started again with
// the same files; the account that it gives at its end is that of one that
// nobody killed, and every record is what its reports come to.
func TestAnImportThatIsKilledComesToTheSameAsOneThatIsNot(t *testing.T) {
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	files := t.TempDir()
	_, err = drive.Program{Bin: bin}.Run("generate", "--people", "2500", "--seed", "3", "--out", files)
	is.NoError(t, "generate", err)
	args := func(db, out string) []string {
		return []string{"import", "--db", db, "legacy", "--patients", filepath.Join(files, "patients.csv"), "--doses", filepath.Join(files, "doses.csv"), "--out", out}
	}
	straight := t.TempDir()
	_, err = drive.Program{Bin: bin}.Run(args(storetest.SQLite(t), straight)...)
	is.NoError(t, "import", err)
	storetest.EachDurable(t, func(t *testing.T, address string) {
		out, kills := t.TempDir(), 0
		for wait := 300 * time.Millisecond; kills < 12; wait += time.Duration(100+rand.IntN(200)) * time.Millisecond {
			cmd := exec.Command(bin, args(address, out)...)
			is.NoError(t, "start", cmd.Start())
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case err := <-ended:
				is.NoError(t, "import", err)
			case <-time.After(wait):
				is.NoError(t, "kill", cmd.Process.Signal(syscall.SIGKILL))
				<-ended
				kills++
				continue
			}
			break
		}
		if kills == 0 {
			t.Error("the import was never killed: make it larger")
		}
		p := drive.Program{Bin: bin, DB: address}
		_, err := p.Run(args(address, out)...)
		is.NoError(t, "import once more", err)
		is.Equal(t, "report", account(t, out), account(t, straight))
		is.Equal(t, "what became of each row", placed(t, out), placed(t, straight))
		_, err = p.Run("record", "verify", "--db", address)
		is.NoError(t, "verify records", err)
		_, err = p.Run("audit", "verify", "--db", address)
		is.NoError(t, "verify the audit", err)
		t.Logf("killed %d times", kills)
	})
}

var moments = regexp.MustCompile(`(?m)^(Begun|Finished) .*\n|^ +gone on .*\n`)

// account is the report without its times.
func account(t *testing.T, folder string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "report.txt"))
	is.NoError(t, "read the report", err)
	return moments.ReplaceAllString(string(b), "")
}

// placed is what became of each row, without the numbers of records, which each registry
// gives anew.
func placed(t *testing.T, folder string) (out []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "placed.csv"))
	is.NoError(t, "read who was placed", err)
	for line := range strings.Lines(string(b)) {
		out = append(out, line[:max(0, strings.LastIndexByte(line, ','))])
	}
	slices.Sort(out)
	return out
}
