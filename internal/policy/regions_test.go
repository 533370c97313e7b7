package policy_test

import (
	"os"
	"strings"
	"testing"

	reference "go.yaml.in/yaml/v3"

	"openiis/internal/is"
	"openiis/internal/policy"
)

const twoRegions = `state: mn
regions:
- code: north
  name: North
  counties: [St. Louis, Cook]
  source: "the programme"
- code: south
  name: South
  counties: [Olmsted]
  source: "the programme"
`

func TestMinnesotaHasSevenRegionsAndEachOfItsCountiesIsInOne(t *testing.T) {
	mn := policy.Named("mn")
	is.Equal(t, "regions", len(mn.Regions), 7)
	is.Equal(t, "counties", len(mn.Counties()), 87)
	is.Equal(t, "is part of the program", mn.RegionsText, "")
	for county, want := range map[string]string{
		"St. Louis": "northeast", "saint louis county": "northeast", "LAC QUI PARLE": "southwest", "Lake": "northeast",
		"Lake of the Woods": "northwest", "Hennepin County": "metro", "Mc Leod": "south-central",
	} {
		r := mn.RegionOf(county)
		if r == nil || r.Code != want {
			t.Errorf("%s is in %v, want %s", county, r, want)
		}
	}
	for _, county := range []string{"", "County", "Suffolk", "  "} {
		if r := mn.RegionOf(county); r != nil {
			t.Errorf("%q is in %s", county, r.Code)
		}
	}
	is.Equal(t, "by its code", mn.Region("metro").Name, "Metro")
	is.Equal(t, "no such", mn.Region("east") == nil, true)
	for _, code := range []string{"ma", "ms", "neutral"} {
		is.Equal(t, code+" names none", len(policy.Named(code).Regions), 0)
	}
}

func TestRegionsAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"state: mn", "state: ms", `r.yaml:1: state: "ms" is not the state of policy.yaml, which is "mn"`},
		{"state: mn\n", "", "state: is missing: write the code of the state"},
		{"code: south", "code: South!", `r.yaml:7: regions, code: "South!" is no code`},
		{"code: south", "code: north", `r.yaml:7: regions, code: "north" is here already, at line 3 as "North"`},
		{"name: South", "name: NORTH", `regions, name: "NORTH" is here already, at line 4 as "North": remove one`},
		{"[Olmsted]", "[Saint Louis County]", `r.yaml:9: regions, counties: "Saint Louis County" is here already, at line 5 as "St. Louis"`},
		{"[Olmsted]", "Olmsted", "regions, counties: want a list here"},
		{"  source: \"the programme\"\n- code: south", "- code: south", "regions, source: is missing"},
		{"  name: South\n", "", "regions, name: is missing: write what the region is called"},
		{"regions:\n", "districts:\n", `the key "districts" is not known here; known are: state, regions`},
	} {
		if !strings.Contains(twoRegions, c.old) {
			t.Fatalf("%q is not in the file", c.old)
		}
		_, err := policy.ReadRegions("r.yaml", []byte(strings.Replace(twoRegions, c.old, c.new, 1)), "mn")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	byHand, err := policy.ReadRegions("r.yaml", []byte(strings.Replace(twoRegions, "  counties: [Olmsted]\n", "", 1)), "mn")
	is.NoError(t, "without counties", err)
	is.Equal(t, "its counties", len(byHand[1].Counties), 0)
}

func TestWhatIsWrongWithAFolderIsToldTogether(t *testing.T) {
	f := policy.Folder{Policy: []byte(minnesota(t)), Regions: []byte(twoRegions)}
	p, err := policy.ReadFolder("my/", f)
	is.NoError(t, "read", err)
	is.Equal(t, "regions", len(p.Regions), 2)
	is.Equal(t, "remembered", p.RegionsText, twoRegions)
	f.Policy = []byte(strings.Replace(minnesota(t), "default: yes", "default: maybe", 1))
	f.Regions = []byte(strings.Replace(twoRegions, "code: south", "code: 1 2", 1))
	_, err = policy.ReadFolder("my/", f)
	if err == nil || !strings.Contains(err.Error(), "my/policy.yaml:7: sharing, default") || !strings.Contains(err.Error(), "my/regions.yaml:7: regions, code") {
		t.Errorf("both: %v", err)
	}
	f.Policy, f.Regions = []byte(minnesota(t)), []byte{}
	if _, err = policy.ReadFolder("my/", f); err == nil || !strings.Contains(err.Error(), "my/regions.yaml:1: nothing is in the file") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestRegionsAreYAMLForOthersToo(t *testing.T) {
	text, err := os.ReadFile("../../states/mn/regions.yaml")
	is.NoError(t, "read", err)
	var theirs struct {
		Regions []struct {
			Code     string
			Counties []string
		}
	}
	is.NoError(t, "unmarshal", reference.Unmarshal(text, &theirs))
	ours := policy.Named("mn").Regions
	is.Equal(t, "regions", len(theirs.Regions), len(ours))
	for i, r := range theirs.Regions {
		is.Equal(t, r.Code, r.Counties, ours[i].Counties)
	}
}

func FuzzRegionsAreReadOrRefused(f *testing.F) {
	f.Add(twoRegions)
	f.Add("state: mn\nregions: [a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := policy.ReadRegions("r.yaml", []byte(text), "mn")
		for _, r := range list {
			if err == nil && (r.Code == "" || r.Source == "") {
				t.Errorf("%q is taken, and says nothing", text)
			}
		}
	})
}
