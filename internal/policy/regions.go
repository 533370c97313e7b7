package policy

import (
	"strings"

	"openiis/internal/fold"
	"openiis/internal/yaml"
)

// RegionsFile is the name of the file of a state's regions, in its folder. A state
// without one has none.
const RegionsFile = "regions.yaml"

// Region is a part of a state that has staff of its own.
type Region struct {
	Code     string // never changed once it is in use: lower-case letters, digits and hyphens
	Name     string
	Counties []string // none when the state gives its sites their region by hand
	Source   string
}

// Regional is whose records the staff of a region see.
type Regional struct {
	Sites     bool // those of whom a site of the region reported
	Residents bool // those who live in a county of the region, by their address
	OptOuts   bool // they take requests to be left out of the registry, of whom they may open
	Source    string
}

// regional reads whose records the staff of a region see.
func regional(m *yaml.Map) *Regional {
	out := &Regional{}
	const key = "see records of"
	for _, n := range m.Items(m.Must(key, "a list of sites and residents"), key) {
		switch who := m.Word(n, m.At(key), "sites or residents"); who {
		case "sites":
			out.Sites = true
		case "residents":
			out.Residents = true
		default:
			m.Fail(n, m.At(key), "%q is none: want sites (of whom a site of the region reported) or residents (who live in a county of the region)", who)
		}
	}
	out.OptOuts = m.Find("take opt-outs") != nil && m.Flag("take opt-outs")
	out.Source = source(m)
	return out
}

// Region is the region of a code; nil when the state has none such.
func (p *Policy) Region(code string) *Region {
	for i := range p.Regions {
		if p.Regions[i].Code == code {
			return &p.Regions[i]
		}
	}
	return nil
}

// RegionOf is the region in which a county lies, by its name as people write it; nil
// when none names it.
func (p *Policy) RegionOf(county string) *Region {
	key := countyKey(county)
	if key == "" {
		return nil
	}
	for i := range p.Regions {
		for _, c := range p.Regions[i].Counties {
			if countyKey(c) == key {
				return &p.Regions[i]
			}
		}
	}
	return nil
}

// Counties are all counties that the regions name, region by region.
func (p *Policy) Counties() (out []string) {
	for i := range p.Regions {
		out = append(out, p.Regions[i].Counties...)
	}
	return out
}

// countyKey is equal of what people take for the same county: St. Louis, Saint Louis
// County and SAINT LOUIS are.
func countyKey(name string) string {
	words := fold.Words(name)
	if n := len(words); n > 1 && words[n-1] == "COUNTY" {
		words = words[:n-1]
	}
	for i, w := range words {
		switch w {
		case "ST":
			words[i] = "SAINT"
		case "STE":
			words[i] = "SAINTE"
		}
	}
	return strings.Join(words, "")
}

// ReadRegions reads the regions of a state, as strictly as Read does; without a code
// they may be of any state.
func ReadRegions(file string, text []byte, state string) ([]Region, error) {
	var out []Region
	err := yaml.ReadStrictly(file, text, func(m *yaml.Map) { out = regions(m, state) })
	return out, err
}

// place is where in the file something was said before.
type place struct {
	what string
	line int
}

// regions reads the file, and refuses what two regions cannot both have.
func regions(m *yaml.Map, state string) (out []Region) {
	if code := m.Text("state", "the code of the state, as policy.yaml has it"); code != "" && state != "" && code != state {
		m.Fail(m.Find("state"), "state", "%q is not the state of %s, which is %q", code, File, state)
	}
	codes, names, counties := map[string]place{}, map[string]place{}, map[string]place{}
	for _, item := range m.Items(m.Must("regions", "a list of regions"), "regions") {
		m.Group(item, "regions", func(g *yaml.Map) {
			region := Region{Code: g.Text("code", "a code of lower-case letters, digits and hyphens"), Name: g.Text("name", "what the region is called")}
			if n := g.Find("code"); n != nil && region.Code != "" {
				if !isRegionCode(region.Code) {
					g.Fail(n, g.At("code"), "%q is no code: write lower-case letters, digits and hyphens, 20 at most", region.Code)
				}
				once(g, codes, n, "code", region.Code, region.Name)
			}
			if n := g.Find("name"); n != nil {
				once(g, names, n, "name", fold.Text(region.Name), region.Name)
			}
			if list := g.Find("counties"); list != nil {
				for _, n := range g.Items(list, "counties") {
					county := g.Word(n, g.At("counties"), "the name of a county")
					once(g, counties, n, "counties", countyKey(county), county)
					region.Counties = append(region.Counties, county)
				}
			}
			region.Source = source(g)
			out = append(out, region)
		})
	}
	return out
}

// once refuses what was said already.
func once(m *yaml.Map, said map[string]place, n *yaml.Node, key, what, words string) {
	if what == "" {
		return // told already
	}
	if p, twice := said[what]; twice {
		m.Fail(n, m.At(key), "%q is here already, at line %d as %q: remove one", n.Text, p.line, p.what)
		return
	}
	said[what] = place{words, n.Line}
}

func isRegionCode(s string) bool {
	return len(s) <= 20 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && !strings.HasPrefix(s, "-")
}
