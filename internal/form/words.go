package form

import (
	"fmt"

	"openiis/internal/cal"
)

// phrases are what the program itself says on forms and about answers, by language.
var phrases = map[string]map[string]string{
	"eng": {
		"write": "Write an answer.", "choose": "Choose one.", "choose some": "Choose one or more.", "tick": "Tick the box.",
		"one only": "Give one answer only.", "letters": "There are characters in it that cannot be kept. Write it again.",
		"too long": "This is too long: 300 characters at most.", "too long a text": "This is too long: 5,000 characters at most.",
		"day": "This is not a day. Write month, day and year, such as 4/30/2026.", "no choice": "Choose one of the answers that are given.",
		"email": "This is not an e-mail address. Write it as name@example.org.", "phone": "This is not a telephone number. Write ten digits, such as 555-010-0199.",
		"npi": "This is not an NPI. It has ten digits, and the last one checks the others.", "not asked": "The form does not ask this (any more). Open the form again; copy what you wrote before you do.",
		"this form": "This form", "has changed": "Its words have changed since you opened it, so you may not have read what you would sign. Read it again, and sign then.",
		"is missing": "It cannot be signed yet, because something that it names is not known: %s.",
		"your name":  "Your name", "type your name": "Type your full name. It is your signature.", "your title": "Your title or office", "relation": "Your relation to the person (self, parent, guardian, …)",
		"you declare": "What you declare", "day of signature": "Day", "signed": "Signed", "signature": "Signature", "print name": "Name in block letters",
		"digest": "Digest of what was signed (SHA-256)", "until": "To be signed again after", "page": "Page %d of %s", "page of many": "Page %d", "form": "Form %s, version of %s", "material": "%s, version of %s", "optional": "optional",
		"signer senior official": "Senior official", "signer user": "User", "signer access administrator": "Access administrator",
		"signer patient or guardian": "Patient, parent or guardian", "signer registry staff": "Registry staff", "electronic": "Signed electronically: the typed name stands for the signature.",
		"day hint": "Month/day/year: 4/30/2026.", "error": "Error", "nothing kept": "Nothing was kept yet.", "make pdf": "Make the PDF", "changed": "This document is NOT what was signed: its digest does not fit.",
	},
	"spa": {
		"write": "Escriba una respuesta.", "choose": "Elija una.", "choose some": "Elija una o más.", "tick": "Marque la casilla.",
		"one only": "Dé una sola respuesta.", "letters": "Contiene caracteres que no se pueden guardar. Escríbalo de nuevo.",
		"too long": "Es demasiado largo: 300 caracteres como máximo.", "too long a text": "Es demasiado largo: 5,000 caracteres como máximo.",
		"day": "Esto no es una fecha. Escriba mes, día y año, por ejemplo 4/30/2026.", "no choice": "Elija una de las respuestas que se ofrecen.",
		"email": "Esto no es una dirección de correo electrónico. Escríbala así: nombre@example.org.", "phone": "Esto no es un número de teléfono. Escriba diez cifras, por ejemplo 555-010-0199.",
		"npi": "Esto no es un NPI. Tiene diez cifras, y la última comprueba las demás.", "not asked": "El formulario no pregunta esto (o ya no). Abra el formulario de nuevo; antes, copie lo que escribió.",
		"this form": "Este formulario", "has changed": "Su texto cambió desde que usted lo abrió, y quizá no ha leído lo que firmaría. Léalo de nuevo y después fírmelo.",
		"is missing": "Todavía no se puede firmar, porque falta un dato que el texto nombra: %s.",
		"your name":  "Su nombre", "type your name": "Escriba su nombre completo. Es su firma.", "your title": "Su cargo", "relation": "Su relación con la persona (yo mismo/a, madre, padre, tutor/a legal, …)",
		"you declare": "Lo que usted declara", "day of signature": "Fecha", "signed": "Firmado", "signature": "Firma", "print name": "Nombre en letra de imprenta",
		"digest": "Huella digital de lo firmado (SHA-256)", "until": "Debe firmarse de nuevo después del", "page": "Página %d de %s", "page of many": "Página %d", "form": "Formulario %s, versión del %s", "material": "%s, versión del %s", "optional": "opcional",
		"signer senior official": "Responsable de la organización", "signer user": "Usuario/a", "signer access administrator": "Administrador/a de acceso",
		"signer patient or guardian": "Paciente, madre, padre o tutor/a legal", "signer registry staff": "Personal del registro", "electronic": "Firmado electrónicamente: el nombre escrito vale como firma.",
		"day hint": "Mes/día/año: 4/30/2026.", "error": "Error", "make pdf": "Crear el PDF", "nothing kept": "Todavía no se ha guardado nada.", "changed": "Este documento NO es lo que se firmó: su huella digital no coincide.",
	},
}

// words are a phrase in a language, in English where the language has none.
func words(lang, key string) string {
	if w := phrases[lang][key]; w != "" {
		return w
	}
	return phrases["eng"][key]
}

// Words is a phrase that stands on every form, in a language: see words.go.
func Words(lang, key string) string { return words(lang, key) }

var spanishMonths = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}

// DayWords is a day with its month in words, in a language: Nov 30, 2026, or 30 de
// noviembre de 2026.
func DayWords(lang string, d cal.Date) string {
	if d == cal.None {
		return ""
	}
	if lang == "spa" {
		y, m, day := d.YMD()
		return fmt.Sprintf("%d de %s de %d", day, spanishMonths[m-1], y)
	}
	return d.Time().Format("Jan 2, 2006")
}
