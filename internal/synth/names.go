package synth

import (
	"strconv"
	"strings"

	"openiis/internal/iis"
)

// Family names are put together from beginnings and endings, so that they look
// like names of several tongues and are nobody's in particular: about 2,600 of
// the English sort, 900 of the Spanish and 1,100 others, and their compounds.

var (
	englishHeads = words(`Ash Bram Carv Dun Ever Fair Glen Hale Kest Lang Mar Nor Oak Pem Quill Raven Stan Thorn Wex Yar
		Alder Birch Col Dray Elm Fen Garn Hart Isen Jarr Kel Lark Mill North Os Pax Red Sel Tarn Under Vin Whit
		Amber Black Copper Dew Esk Fox Gold Hazel Iron Juni King Lind Moss Nettle Otter Pike Rush Silver Tide Wood`)
	englishTails = words(`ford ton ley well field by worth combe ham more grove burn mere stead wick dale ridge croft shaw
		low gate hurst bourne lock man son ward smith wright feather brook stone bridge mont view wold den cote garth thwaite hollow`)
	spanishHeads = words(`Alba Bara Caldo Dele Esca Fonta Gala Herre Iba Jara Lope Monta Nava Ola Para Quino Rive Sala
		Tole Urba Vala Yepe Zara Cora Mende Pala Rosa Sola Tala Vera`)
	spanishTails = words(`ñez rra llo do sa no ga rte ña lva nda ndez les quez rino dero mero riz ta
		ños sco mar bal rona lez ven ya za ro`)
	otherHeads = words(`Novi Kova Zele Bori Tadi Mika Oko Ade Chi Nwa Sav Lin Khon Pha Tran Ngu Hoa Vang Yang Sho
		Rao Pate Gup Desh Khar Haj Moha Yusu Abdi Far Kal Zor`)
	otherTails = words(`ski enko ova wicz nko manu kwe ede bola ani hara moto shi nh ng vi lu xo deo ti wal kar
		sen ran man rov lin di far var sha mir zad ko nu`)
	irish  = words(`Brannel Cassidane Dunlavin Farrick Galvane Hanlore Kearnagh Lorcane Mahonagh Neeline Rourkan Sheavin Toomeran Quillane`)
	french = words(`Arcy Aubrel Esteval Ivernoy Orsanne Amberel Albrecourt Angelle`)
)

// words are the words of a text.
func words(s string) []string { return strings.Fields(s) }

// familyName draws a family name.
func familyName(d *dice, hispanic bool) string {
	switch n := d.n(100); {
	case hispanic:
		name := pick(d, spanishHeads) + pick(d, spanishTails)
		if n < 5 {
			return "de la " + name
		}
		return name
	case n < 3:
		return "O'" + pick(d, irish)
	case n < 4:
		return "D'" + pick(d, french)
	case n < 5:
		return "Mc" + pick(d, irish)
	case n < 6:
		return "van der " + pick(d, englishHeads) + pick(d, englishTails)
	case n < 26:
		return pick(d, otherHeads) + pick(d, otherTails)
	}
	return pick(d, englishHeads) + pick(d, englishTails)
}

// girls and boys are given names: known ones, and ones put together.
var (
	girls = append(words(`Abigail Ada Adriana Agnes Aisha Alejandra Alice Amara Amelia Ana Anika Anjali Annika Aria Astrid
		Audrey Aurora Ava Beatriz Bianca Brielle Camila Carmen Cecilia Chloe Clara Daniela Delia Destiny Edith Elena Elise
		Eloise Emilia Esther Evangeline Fatima Fiona Flora Freya Gabriela Genevieve Grace Greta Hana Harper Hazel Imani Ingrid
		Iris Isabel Ivy Jasmine Josephine Juniper Kaia Keisha Lakshmi Layla Leila Lena Linh Lucía Mabel Maeve Mai Malia
		Margot Mariana Maya Mei Mila Mireya Nadia Naomi Nia Noelle Nora Odessa Olive Opal Paloma Penelope Phoebe Pia Priya
		Quinn Ramona Renée Rosa Ruth Sadie Saoirse Selah Sienna Sofía Talia Thea Una Valentina Violet Willa Wren Xiomara
		Yara Yesenia Zadie Zoë`), joined(`Ala Bre Cali Dani Eli Fay Jo Kae Lori Mari Nata Rae Sha Ty`, `belle la lyn na ra ria ssa vie`)...)
	boys = append(words(`Aaron Abel Adrián Ahmed Alejandro Alden Amir Anders Andre Ansel Anton Arlo Asher August Axel Beckett
		Benício Bodhi Bruno Caleb Calvin Carlos Casper Cedric Cormac Cyrus Damián Darius Dashiell Declan Demetrius Desmond
		Diego Eamon Edgar Elias Emeka Emil Enzo Esteban Ezra Felix Finn Gideon Grady Gunnar Hector Henrik Hiro Hugo Ibrahim
		Idris Ignacio Isaac Ivan Jabari Jasper Javier Joaquín Jonas José Judah Kai Kareem Khalil Kofi Lars Leander Leo
		Lincoln Linus Lorenzo Luka Malik Marcel Mateo Milo Minh Nathaniel Nico Niall Noor Oakley Omar Orion Oscar Otis
		Pablo Perrin Quentin Rafael Ravi Reuben Rohan Roman Rowan Ruben Samir Santiago Silas Soren Tariq Tobias Thaddeus
		Ulises Vikram Wesley Wilder Xavier Yosef Zane Zeke`), joined(`Bra Cade Dar Ke Jar Lan Mar Ray Ter Tre Wen`, `don rick ley lin mond rell son ton vin`)...)
)

// joined are all beginnings with all endings.
func joined(heads, tails string) []string {
	var out []string
	for _, h := range words(heads) {
		for _, t := range words(tails) {
			out = append(out, h+t)
		}
	}
	return out
}

// towns are made up; their ZIP codes only look right.
var towns = []struct {
	name, zip string
	county    int
}{
	{"Fairhaven", "55119", 0}, {"Alder Falls", "55303", 0}, {"Birchmont", "55318", 0},
	{"Cedar Narrows", "55324", 1}, {"Drayton Mills", "55401", 1}, {"Elk Hollow", "55417", 1},
	{"Fenwick", "55512", 2}, {"Granite Bend", "55529", 2}, {"Hartsgrove", "55603", 2},
	{"Iron Lake", "55648", 3}, {"Juniper Point", "55707", 3}, {"Kestrel Bay", "55731", 3},
	{"Loon Harbor", "55812", 4}, {"Moss Landing", "55904", 4}, {"New Thornby", "56007", 4},
	{"Otter Crossing", "56031", 4}, {"Prairie Gate", "56104", 5}, {"Quarry Hill", "56212", 5},
	{"Rush Prairie", "56301", 5}, {"Saint Odile", "56337", 5}, {"Tamarack", "56401", 6},
	{"Upper Dale", "56512", 6}, {"Vesper", "56603", 6}, {"Wild Rice Bend", "56718", 6},
}

var counties = words(`Larkmere Pineholt Stonebrook Northmoor Amberfield Redwillow Windrow`)

var (
	streets = words(`Larkspur Maple Meadowlark Quarry Linden Foxglove Orchard Heron Juniper Bramble Sumac Prairie Willow Aspen
		Harvest Cardinal Lakeview Mill Summit Chestnut Dogwood Ironwood Clover Sparrow Granite Harbor Thistle Windmill Laurel Pioneer`)
	streetKinds   = words(`Street Avenue Lane Road Drive Court Way Boulevard Trail Terrace`)
	clinicKinds   = []string{"Pediatrics", "Family Medicine", "Community Health Center", "Public Health", "Clinic", "Children's Clinic"}
	hospitalKinds = []string{"Regional Hospital", "Memorial Hospital", "Women's Hospital", "General Hospital"}
	schoolKinds   = []string{"Elementary School", "Middle School", "High School", "School District"}
	pharmacyNames = words(`Greenleaf Bluebell Larkrow Harborside Goldenrod`)
	areaCodes     = words(`218 320 507 612 651 763 952`)
)

// home draws a town, an address there and its telephone. No exchange 555 is
// anybody's home.
func home(d *dice) (town int, a iis.Address, phone iis.Telecom) {
	town = d.n(len(towns))
	t := towns[town]
	a = iis.Address{
		Street: strconv.Itoa(1+d.n(9800)) + " " + pick(d, streets) + " " + pick(d, streetKinds),
		City:   t.name, State: "MN", Zip: t.zip, Country: "USA", Type: "P", County: counties[t.county],
	}
	if d.chance(20) {
		a.Street2 = "Apt " + strconv.Itoa(1+d.n(340))
	}
	return town, a, telephone(d)
}

func telephone(d *dice) iis.Telecom {
	local := strconv.Itoa(10000 + d.n(10000))[1:]
	return iis.Telecom{Use: "PRN", Equipment: "PH", Area: pick(d, areaCodes), Local: "555" + local}
}
