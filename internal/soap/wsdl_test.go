package soap

import (
	"crypto/tls"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/shared"
)

func get(t testing.TB, target string, change func(*http.Request, *Service)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	s := newRegistry().service()
	if change != nil {
		change(r, &s)
	}
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, r)
	return w
}

// facts are the parts of a WSDL or schema that make two of them the same
// interface: names, elements, actions, faults; not documentation, prefixes,
// schema imports, the address, or WS-Addressing policy.
func facts(t testing.TB, document []byte) []string {
	t.Helper()
	var root node
	if err := xml.Unmarshal(document, &root); err != nil {
		t.Fatalf("the description is not XML: %v", err)
	}
	var out []string
	var walk func(path string, n node)
	walk = func(path string, n node) {
		switch n.XMLName.Local {
		case "documentation", "annotation", "Policy", "address", "import":
			return
		case "types": // the schema in it is compared by itself
			return
		}
		path += "/" + n.XMLName.Local
		var attrs []string
		for _, a := range n.Attrs {
			_, bare, prefixed := strings.Cut(a.Value, ":")
			switch {
			case a.Name.Space == "xmlns" || a.Name.Local == "xmlns":
				continue
			case a.Value == "1" && (a.Name.Local == "minOccurs" || a.Name.Local == "maxOccurs"):
				continue // the default
			case a.Name.Local == "style" && n.XMLName.Local == "operation":
				continue // that of the binding
			case prefixed && (a.Name.Local == "type" || a.Name.Local == "element" || a.Name.Local == "message" || a.Name.Local == "base" || a.Name.Local == "ref" || a.Name.Local == "binding"):
				attrs = append(attrs, a.Name.Local+"="+bare)
			default:
				attrs = append(attrs, a.Name.Local+"="+a.Value)
			}
		}
		sort.Strings(attrs)
		path += "[" + strings.Join(attrs, " ") + "]"
		out = append(out, path)
		for _, k := range n.Kids {
			walk(path, k)
		}
	}
	walk("", root)
	sort.Strings(out)
	return out
}

func TestTheDescriptionsStateTheSameFactsAsThosePublished(t *testing.T) {
	for _, c := range []struct{ query, file string }{
		{"wsdl", "wsdl_cdc-iis-2011.wsdl"},
		{"wsdl=2014", "wsdl_cdc-iis.wsdl"},
		{"xsd=2011", "schema_cdc-iis-2011.xsd"},
		{"xsd=2014", "schema_cdc-iis.xsd"},
	} {
		want := facts(t, shared.File(t, "hl7", "wsdl", c.file))
		got := facts(t, get(t, "http://iis.example/soap?"+c.query, nil).Body.Bytes())
		if len(got) < 10 {
			t.Errorf("?%s has only %d facts", c.query, len(got))
		}
		is.Equal(t, "?"+c.query, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheWSDLNamesBothOperationsAndEveryFault(t *testing.T) {
	for _, c := range []struct {
		query string
		in    *dialect
		ops   map[string][]string
	}{
		{"wsdl", &cdc2011, map[string][]string{
			"connectivityTest":    {"UnknownFault", "UnsupportedOperationFault"},
			"submitSingleMessage": {"UnknownFault", "SecurityFault", "MessageTooLargeFault"},
		}},
		{"WSDL=2014", &cdc2014, map[string][]string{
			"ConnectivityTest":    {"UnsupportedOperationFault"},
			"SubmitSingleMessage": {"MessageTooLargeFault", "SecurityFault"},
		}},
	} {
		root := parsed(t, get(t, "http://iis.example/soap?"+c.query, nil))
		is.Equal(t, "schema inside", root.at(t, "types", "schema").XMLName.Space, "http://www.w3.org/2001/XMLSchema")
		ops := map[string][]string{}
		for _, op := range root.at(t, "portType").named("operation") {
			for _, f := range op.named("fault") {
				ops[op.attr("name")] = append(ops[op.attr("name")], f.attr("name"))
			}
		}
		is.Equal(t, "operations and faults", ops, c.ops)
		declared := map[string]bool{}
		for _, e := range root.at(t, "types", "schema").named("element") {
			declared[e.attr("name")] = true
		}
		for _, name := range []string{c.in.test, c.in.testAnswer, c.in.submit, c.in.submitAnswer} {
			if !declared[name] {
				t.Errorf("?%s: the code uses %s, which the schema does not declare", c.query, name)
			}
		}
	}
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func TestTheWSDLNamesTheAddressItWasAskedAt(t *testing.T) {
	forwarded := func(r *http.Request, _ *Service) { r.Header.Set("X-Forwarded-Proto", "https") }
	for _, c := range []struct {
		name, want string
		change     func(*http.Request, *Service)
	}{
		{"plain", "http://iis.example:8080/a%20b/soap", nil},
		{"TLS", "https://iis.example:8080/a%20b/soap", func(r *http.Request, _ *Service) { r.TLS = &tls.ConnectionState{} }},
		{"a stranger's header", "http://iis.example:8080/a%20b/soap", forwarded},
		{"a trusted proxy", "https://iis.example:8080/a%20b/soap", func(r *http.Request, s *Service) { forwarded(r, s); s.TrustProxy = true }},
		{"nonsense of a proxy", "http://iis.example:8080/a%20b/soap", func(r *http.Request, s *Service) {
			r.Header.Set("X-Forwarded-Proto", "gopher")
			s.TrustProxy = true
		}},
		{"a host with markup", `http://"><x>&/a%20b/soap`, func(r *http.Request, _ *Service) { r.Host = `"><x>&` }},
	} {
		root := parsed(t, get(t, "http://iis.example:8080/a%20b/soap?wsdl", c.change))
		is.Equal(t, c.name, root.at(t, "service", "port", "address").attr("location"), c.want)
	}
}

func TestGETWithoutAQuestionSaysWhatThisIs(t *testing.T) {
	w := get(t, "/soap", nil)
	is.Equal(t, "status", w.Code, 200)
	is.Equal(t, "type", w.Header().Get("Content-Type"), "text/plain; charset=utf-8")
	if !strings.Contains(w.Body.String(), "?wsdl") {
		t.Errorf("it does not point to the WSDL: %s", w.Body)
	}
	is.Equal(t, "an unknown version", get(t, "/soap?wsdl=1999", nil).Code, http.StatusNotFound)
	is.Equal(t, "an unknown schema", get(t, "/soap?xsd=1999", nil).Code, http.StatusNotFound)
}
