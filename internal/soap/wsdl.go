package soap

import (
	_ "embed"
	"net/http"
	"strings"
)

// The descriptions, one pair a version. They are in our own words; the names in
// them are CDC's and fixed. The schema is put inside the WSDL, so that one file
// is enough to make a client, wherever it was copied to.
var (
	//go:embed wsdl/iis-2011.wsdl
	wsdl2011 string
	//go:embed wsdl/iis-2011.xsd
	xsd2011 string
	//go:embed wsdl/iis-2014.wsdl
	wsdl2014 string
	//go:embed wsdl/iis-2014.xsd
	xsd2014 string
)

const about = `This is the SOAP 1.2 service of an immunization registry (CDC interface, 2011 and 2014).
POST a SOAP envelope to this address to send an HL7 version 2 message.

Its description:  ?wsdl       (2011)    ?wsdl=2014
Its schema:       ?xsd=2011             ?xsd=2014
`

// describe answers GET: the WSDL, the schema, or a few words.
func (d *door) describe(w http.ResponseWriter, r *http.Request) {
	for key, values := range r.URL.Query() {
		var text string
		switch strings.ToLower(key) {
		case "wsdl":
			text = wsdl(values[0], d.location(r))
		case "xsd":
			text = xsd(values[0])
		default:
			continue
		}
		if text == "" {
			http.Error(w, "There is no such version of the interface. There are 2011 and 2014.", http.StatusNotFound)
			return
		}
		write(w, http.StatusOK, soap11Type, []byte(text))
		return
	}
	write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(about))
}

// wsdl is the description of a version of the interface at an address, "" when
// there is no such version.
func wsdl(year, location string) string {
	text := ""
	switch year {
	case "", "1", cdc2011.year:
		text = wsdl2011
	case cdc2014.year:
		text = wsdl2014
	default:
		return ""
	}
	return strings.NewReplacer("{{schema}}", withoutHead(xsd(year)), "{{location}}", attribute(location)).Replace(text)
}

// xsd is the schema of a version of the interface, "" when there is none.
func xsd(year string) string {
	switch year {
	case "", "1", cdc2011.year:
		return xsd2011
	case cdc2014.year:
		return xsd2014
	}
	return ""
}

// withoutHead is a document without its XML declaration, to put it into another.
func withoutHead(document string) string {
	if _, rest, found := strings.Cut(document, "?>\n"); found {
		return strings.TrimSpace(rest)
	}
	return document
}

// location is the address this request came to, for the WSDL to name.
func (d *door) location(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if d.TrustProxy {
		// The first of several is what the client spoke.
		first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
		switch p := strings.ToLower(strings.TrimSpace(first)); p {
		case "http", "https":
			scheme = p
		}
	}
	return scheme + "://" + r.Host + r.URL.EscapedPath()
}

// attribute escapes text for an XML attribute: the host is whatever the client
// says it is.
func attribute(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s)
}
