package match

// Reason is one comparison that counted, in words and with its weight in bits:
// positive for, negative against.
type Reason struct {
	Field string  `json:"field"`
	Level string  `json:"level"`
	Bits  float64 `json:"bits"`
	Says  string  `json:"says"`
}

// Why are the reasons of a comparison; their bits add up to the comparison's.
func (p *Profile) Why(c *Comparison) []Reason {
	r := p.rules
	var out []Reason
	for f, l := range c.Levels {
		if l != Missing {
			out = append(out, Reason{Field(f).String(), r.names[f][l], c.points[f].Float(), r.says[f][l]})
		}
	}
	if c.capped != 0 {
		out = append(out, Reason{household, "limited", -c.capped.Float(), sayHousehold})
	}
	return append(out, Reason{registry, "many people", c.prior.Float(), sayRegistry})
}

// What counts beside the fields.
const (
	household    = "household"
	sayHousehold = "What a family shares says no more than this of two with different given names."
	registry     = "registry"
	sayRegistry  = "Before anything is compared, one person of a whole registry is rarely the one."
)

// Say is the sentence for a field at a level, as a Verdict names them; "" when the
// rules have no such level (any more).
func (r *Rules) Say(s Step) string {
	switch s.Field {
	case household:
		return sayHousehold
	case registry:
		return sayRegistry
	}
	for f, name := range fieldNames {
		for l, level := range r.names[f] {
			if name == s.Field && level == s.Level && level != "" {
				return r.says[f][l]
			}
		}
	}
	return ""
}

// Guards name what forbids a match, whatever speaks for it.
func (c *Comparison) Guards() []string { return c.guards.names() }
