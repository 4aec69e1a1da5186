/**
 * The language varieties of FLORES+ (openlanguagedata/flores_plus): code and English name, one a line.
 * Codes are `<ISO 639-3>_<ISO 15924>`, some with a third part (a Glottolog code, or a variant).
 */
const VARIETIES = `
ace_Arab Acehnese (Arabic script)
ace_Latn Acehnese (Latin script)
acm_Arab Mesopotamian Arabic
acq_Arab Ta'izzi-Adeni Arabic
aeb_Arab Tunisian Arabic
afr_Latn Afrikaans
als_Latn Tosk Albanian
amh_Ethi Amharic
apc_Arab_nort3139 North Levantine Arabic
apc_Arab_sout3123 South Levantine Arabic
apd_Arab Sudanese Arabic
arb_Arab Modern Standard Arabic
arb_Latn Modern Standard Arabic (romanised)
arg_Latn Aragonese
ars_Arab Najdi Arabic
ary_Arab Moroccan Arabic
arz_Arab Egyptian Arabic
asm_Beng Assamese
ast_Latn Asturian
awa_Deva Awadhi
ayr_Latn Central Aymara
azb_Arab South Azerbaijani (Arabic script)
azj_Latn North Azerbaijani
bak_Cyrl Bashkir
bam_Latn Bambara
ban_Latn Balinese
bel_Cyrl Belarusian
bem_Latn Bemba
ben_Beng Bengali
bho_Deva Bhojpuri
bjn_Arab Banjar (Arabic script)
bjn_Latn Banjar (Latin script)
bod_Tibt Lhasa Tibetan
bos_Latn Bosnian
brx_Deva Bodo
bug_Latn Buginese
bul_Cyrl Bulgarian
cat_Latn Catalan
cat_Latn_vale1252 Valencian
ceb_Latn Cebuano
ces_Latn Czech
chv_Cyrl Chuvash
cjk_Latn Chokwe
ckb_Arab Central Kurdish
cmn_Hans Mandarin Chinese (Simplified)
cmn_Hant Mandarin Chinese (Traditional)
crh_Latn Crimean Tatar
cym_Latn Welsh
dan_Latn Danish
dar_Cyrl Dargwa
deu_Latn German
dgo_Deva Dogri
dik_Latn Southwestern Dinka
dyu_Latn Dyula
dzo_Tibt Dzongkha
ekk_Latn Estonian
ell_Grek Greek
eng_Latn English
epo_Latn Esperanto
eus_Latn Basque
ewe_Latn Ewe
fao_Latn Faroese
fij_Latn Fijian
fil_Latn Filipino
fin_Latn Finnish
fon_Latn Fon
fra_Latn French
fur_Latn Friulian
fuv_Latn Nigerian Fulfulde
gaz_Latn West Central Oromo
gla_Latn Scottish Gaelic
gle_Latn Irish
glg_Latn Galician
gom_Deva Goan Konkani
gug_Latn Paraguayan Guarani
guj_Gujr Gujarati
hat_Latn Haitian Creole
hau_Latn Hausa
heb_Hebr Hebrew
hin_Deva Hindi
hne_Deva Chhattisgarhi
hrv_Latn Croatian
hun_Latn Hungarian
hye_Armn Armenian
ibo_Latn Igbo
ilo_Latn Ilocano
ind_Latn Indonesian
isl_Latn Icelandic
ita_Latn Italian
jav_Latn Javanese
jpn_Jpan Japanese
kaa_Latn Karakalpak
kab_Latn Kabyle
kac_Latn Jingpho
kam_Latn Kamba
kan_Knda Kannada
kas_Arab Kashmiri (Arabic script)
kas_Deva Kashmiri (Devanagari script)
kat_Geor Georgian
kaz_Cyrl Kazakh
kbp_Latn Kabiyè
kea_Latn Kabuverdianu
khk_Cyrl Halh Mongolian
khk_Mong Halh Mongolian (traditional script)
khm_Khmr Khmer
kik_Latn Kikuyu
kin_Latn Kinyarwanda
kir_Cyrl Kyrgyz
kjh_Cyrl Khakas
kmb_Latn Kimbundu
kmr_Latn Northern Kurdish
knc_Arab Central Kanuri (Arabic script)
knc_Latn Central Kanuri (Latin script)
kor_Hang Korean
ktu_Latn Kituba
lao_Laoo Lao
lij_Latn Ligurian
lim_Latn Limburgish
lin_Latn Lingala
lit_Latn Lithuanian
lld_Latn Ladin (Val Badia)
lld_Latn_gard1241 Ladin (Gherdëina)
lmo_Latn Lombard
ltg_Latn Latgalian
ltz_Latn Luxembourgish
lua_Latn Luba-Kasai
lug_Latn Ganda
luo_Latn Luo
lus_Latn Mizo
lvs_Latn Standard Latvian
mag_Deva Magahi
mai_Deva Maithili
mal_Mlym Malayalam
mar_Deva Marathi
mfe_Latn Mauritian Creole
mhr_Cyrl Meadow Mari
min_Arab Minangkabau (Arabic script)
min_Latn Minangkabau (Latin script)
mkd_Cyrl Macedonian
mlt_Latn Maltese
mni_Beng Meitei (Bengali script)
mni_Mtei Meitei (Meitei script)
mos_Latn Mossi
mri_Latn Maori
mya_Mymr Burmese
myv_Cyrl Erzya
nld_Latn Dutch
nno_Latn Norwegian Nynorsk
nob_Latn Norwegian Bokmål
nob_Latn_radical Norwegian Bokmål (radical variety)
npi_Deva Nepali
nqo_Nkoo Nko
nso_Latn Northern Sotho
nus_Latn Nuer
nya_Latn Nyanja
oci_Latn Occitan
oci_Latn_aran1260 Aranese
ory_Orya Odia
pag_Latn Pangasinan
pan_Guru Eastern Panjabi
pap_Latn Papiamento
pbt_Arab Southern Pashto
pes_Arab Western Persian
plt_Latn Plateau Malagasy
pol_Latn Polish
por_Latn Portuguese
prs_Arab Dari
quy_Latn Ayacucho Quechua
ron_Latn Romanian
run_Latn Rundi
rus_Cyrl Russian
sag_Latn Sango
san_Deva Sanskrit
sat_Olck Santali
scn_Latn Sicilian
shn_Mymr Shan
sin_Sinh Sinhala
slk_Latn Slovak
slv_Latn Slovenian
smo_Latn Samoan
sna_Latn Shona
snd_Arab Sindhi (Arabic script)
snd_Deva Sindhi (Devanagari script)
som_Latn Somali
sot_Latn Southern Sotho
spa_Latn Spanish
srd_Latn Sardinian
srp_Cyrl Serbian
ssw_Latn Swati
sun_Latn Sundanese
swe_Latn Swedish
swh_Latn Swahili
szl_Latn Silesian
tam_Taml Tamil
taq_Latn Tamasheq (Latin script)
taq_Tfng Tamasheq (Tifinagh script)
tat_Cyrl Tatar
tel_Telu Telugu
tgk_Cyrl Tajik
tha_Thai Thai
tir_Ethi Tigrinya
tpi_Latn Tok Pisin
tsn_Latn Tswana
tso_Latn Tsonga
tuk_Latn Turkmen
tum_Latn Tumbuka
tur_Latn Turkish
twi_Latn_akua1239 Akuapem Twi
twi_Latn_asan1239 Asante Twi
tyv_Cyrl Tuvan
udm_Cyrl Udmurt
uig_Arab Uyghur
ukr_Cyrl Ukrainian
umb_Latn Umbundu
urd_Arab Urdu
uzn_Latn Northern Uzbek
uzs_Arab Southern Uzbek
vec_Latn Venetian
vie_Latn Vietnamese
vmw_Latn Emakhuwa
war_Latn Waray
wol_Latn Wolof
wuu_Hans Wu Chinese
xho_Latn Xhosa
ydd_Hebr Eastern Yiddish
yor_Latn Yoruba
yue_Hant Yue Chinese
zgh_Tfng Standard Moroccan Tamazight
zsm_Latn Standard Malay
zul_Latn Zulu
`;

/** FLORES+ code → English name, in code order. */
export const FLORES_PLUS: ReadonlyMap<string, string> = new Map(
  VARIETIES.trim()
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
);
