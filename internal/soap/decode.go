package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// maxDepth is the deepest nesting of elements, the envelope being 1. A call
// needs 4; what is deeper is a header of somebody else's.
const maxDepth = 32

const (
	soap12 = "http://www.w3.org/2003/05/soap-envelope"
	soap11 = "http://schemas.xmlsoap.org/soap/envelope/"
)

type operation int

const (
	opNone operation = iota
	opTest
	opSubmit
)

// call is a request with its envelope taken off.
type call struct {
	in *dialect // never nil; 2011 until the request shows which
	op operation

	echo                         value
	username, password, facility value
	message                      value
}

// value is an element's text. given tells an empty element from none.
type value struct {
	text  []byte
	given bool
}

// slot is where the value of an element of the call's operation goes, nil for
// an element that the operation does not have. The facility is read and not
// used: the credential alone decides who sends.
func (c *call) slot(name string) *value {
	if c.op == opTest {
		if name == c.in.testEcho {
			return &c.echo
		}
		return nil
	}
	switch name {
	case c.in.username:
		return &c.username
	case c.in.password:
		return &c.password
	case c.in.facility:
		return &c.facility
	case c.in.message:
		return &c.message
	}
	return nil
}

// decode reads the envelope. The call is never nil: its dialect serves to write
// a fault in, when there is an error.
func decode(body []byte, charset string) (*call, error) {
	e := envelope{call: &call{in: &cdc2011}}
	text, declared, err := toUTF8(body, charset)
	if err != nil {
		return e.call, refuseCharset()
	}
	if isBlank(text) {
		return e.call, refuse(invalid, "The request is empty. Send a SOAP 1.2 envelope.")
	}
	if err := checkMarkup(text); err != nil {
		return e.call, err
	}
	e.text, e.rest = text, bytes.NewReader(text)
	e.xml = xml.NewDecoder(e.rest)
	e.xml.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if !declared {
			return in, nil
		}
		e.converted = true
		return charsetReader(label, in)
	}
	if err := e.read(); err != nil {
		return e.call, err
	}
	if e.notUnderstood {
		return e.call, refuse(notUnderstood, "A SOAP header that must be understood is not known here. Only WS-Addressing headers are taken.")
	}
	return e.call, nil
}

// envelope reads one SOAP envelope, token by token, into call.
type envelope struct {
	text []byte        // the whole of it
	rest *bytes.Reader // what xml has not read of it
	xml  *xml.Decoder
	// converted: xml reads rest in another character set, through a buffer.
	converted     bool
	call          *call
	notUnderstood bool // a header asked to be understood and was not
}

func (e *envelope) read() error {
	root, err := e.child(nil)
	if err != nil {
		return err
	}
	switch {
	case root == nil:
		return refuse(invalid, "The request holds no XML element. Send a SOAP 1.2 envelope.")
	case root.Name.Space == soap11:
		return refuse(oldSOAP, "The envelope is of SOAP 1.1. This service takes SOAP 1.2.")
	case root.Name.Space != soap12:
		return refuse(otherVersion, "The request is not a SOAP 1.2 envelope.")
	case root.Name.Local != "Envelope":
		return refuse(invalid, "The outermost element is not the Envelope of SOAP 1.2.")
	}
	if err := e.parts(root); err != nil {
		return err
	}
	// Comments and blanks may follow; a second document may not.
	if after, err := e.child(nil); err != nil || after != nil {
		return refuse(invalid, "Something follows the end of the envelope. Send one envelope.")
	}
	return nil
}

// parts reads the Header, if there is one, and the Body.
func (e *envelope) parts(root *xml.StartElement) error {
	headers, bodies := 0, 0
	for {
		part, err := e.child(root)
		if err != nil {
			return err
		}
		switch {
		case part == nil && bodies == 1:
			return nil
		case part == nil:
			return refuse(invalid, "The envelope has no Body.")
		case part.Name == xml.Name{Space: soap12, Local: "Header"} && headers+bodies == 0:
			headers++
			err = e.header(part)
		case part.Name == xml.Name{Space: soap12, Local: "Body"} && bodies == 0:
			bodies++
			err = e.body(part)
		default:
			return refuse(invalid, "The envelope must hold one Body, after at most one Header, and nothing else.")
		}
		if err != nil {
			return err
		}
	}
}

// header passes over the header blocks. WS-Addressing is known enough to be
// ignored: an answer goes back on the connection it came by.
func (e *envelope) header(start *xml.StartElement) error {
	for {
		block, err := e.child(start)
		if err != nil || block == nil {
			return err
		}
		if mustUnderstand(block) && !isAddressing(block.Name.Space) {
			e.notUnderstood = true
		}
		if err := e.skip(); err != nil {
			return err
		}
	}
}

// mustUnderstand reports a header block that is for us and must not be ignored
// (SOAP 1.2 part 1, 5.2).
func mustUnderstand(block *xml.StartElement) bool {
	must, ours := false, true
	for _, a := range block.Attr {
		if a.Name.Space != soap12 {
			continue
		}
		v := strings.TrimSpace(a.Value)
		switch a.Name.Local {
		case "mustUnderstand":
			must = v == "1" || v == "true"
		case "role":
			ours = v == "" || v == soap12+"/role/next" || v == soap12+"/role/ultimateReceiver"
		}
	}
	return must && ours
}

// isAddressing reports a namespace of WS-Addressing: the recommendation, the
// draft that older stacks send, and the one of .NET for "none".
func isAddressing(space string) bool {
	switch space {
	case "http://www.w3.org/2005/08/addressing",
		"http://schemas.xmlsoap.org/ws/2004/08/addressing",
		"http://schemas.microsoft.com/ws/2005/05/addressing/none":
		return true
	}
	return false
}

// body reads the one operation in the Body.
func (e *envelope) body(start *xml.StartElement) error {
	op, err := e.child(start)
	if err != nil {
		return err
	}
	if op == nil {
		return refuse(invalid, "The Body of the envelope is empty.")
	}
	if d := dialectOf(op.Name.Space); d != nil {
		e.call.in = d
		switch op.Name.Local {
		case d.test:
			e.call.op = opTest
		case d.submit:
			e.call.op = opSubmit
		}
	}
	if e.call.op == opNone {
		return refuse(unsupported, "The Body asks for an operation that this service does not have. See its WSDL.")
	}
	if err := e.values(op); err != nil {
		return err
	}
	if second, err := e.child(start); err != nil || second != nil {
		return orElse(err, refuse(invalid, "The Body holds more than one element. Send one operation in each request."))
	}
	return nil
}

// values reads the elements of the operation, in any order, each at most once.
// An element without a namespace is taken for one of the operation's: many
// hand-written senders forget that.
func (e *envelope) values(op *xml.StartElement) error {
	c := e.call
	for {
		el, err := e.child(op)
		if err != nil {
			return err
		}
		if el == nil {
			break
		}
		var v *value
		if el.Name.Space == c.in.space || el.Name.Space == "" {
			v = c.slot(el.Name.Local)
		}
		switch {
		case v == nil:
			return refuse(unsupported, "The operation holds an element that this service does not have. See its WSDL.")
		case v.given:
			return refuse(invalid, "An element of the operation is given twice.")
		}
		v.given = true
		if v.text, err = e.content(); err != nil {
			return err
		}
	}
	if c.op == opTest && c.in.structured && !c.echo.given {
		return refuse(invalid, "The element "+c.in.testEcho+" is missing.") // required in 2011, optional in 2014
	}
	return nil
}

// child is the next element inside parent (nil: the document), nil at its end.
// Only blanks may stand beside it.
func (e *envelope) child(parent *xml.StartElement) (*xml.StartElement, error) {
	for {
		t, err := e.xml.Token()
		if err == io.EOF && parent == nil {
			return nil, nil
		}
		if err != nil {
			return nil, e.malformed(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.EndElement:
			return nil, nil
		case xml.CharData:
			if !isBlank(t) {
				return nil, refuse(invalid, "There is text between the elements of the envelope, where none belongs.")
			}
		case xml.Directive: // checkMarkup has refused it; this guards the guard
			return nil, refuse(invalid, "The request has a document type declaration, which SOAP forbids.")
		}
	}
}

// content is the text of the element just begun, up to its end.
func (e *envelope) content() ([]byte, error) {
	out := e.plainText()
	for {
		t, err := e.xml.Token()
		if err != nil {
			return nil, e.malformed(err)
		}
		switch t := t.(type) {
		case xml.CharData:
			out = append(out, t...)
		case xml.EndElement:
			return out, nil
		case xml.StartElement:
			return nil, refuse(invalid, "An element that should hold text holds other elements. Escape < as &lt; in text.")
		}
	}
}

// skip passes over the rest of the header block just begun.
func (e *envelope) skip() error {
	const base = 3 // Envelope, Header, the block
	for depth := base; depth >= base; {
		t, err := e.xml.Token()
		if err != nil {
			return e.malformed(err)
		}
		switch t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return refuse(invalid, "The XML of the request is nested too deeply.")
			}
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// malformed says where the XML went wrong, and not how: the reader's own words
// repeat what it found there.
func (e *envelope) malformed(err error) error {
	if errors.Is(err, errCharset) {
		return refuseCharset()
	}
	read := e.text[:len(e.text)-e.rest.Len()]
	at := " (line " + strconv.Itoa(1+bytes.Count(read, []byte("\n"))) + ")."
	var syntax *xml.SyntaxError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" {
		return refuse(invalid, "The XML of the request ends too early"+at)
	}
	return refuse(invalid, "The XML of the request is not well-formed"+at+" Check that & and < are escaped and that the text is in the character set it declares.")
}

func refuseCharset() error {
	return refuse(invalid, "The character set of the request is not one that this service reads. Send UTF-8, ISO-8859-1 or Windows-1252.")
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
