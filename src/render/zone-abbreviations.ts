/**
 * The letters that the time zone database gives to zones today (EST, CEST, IST), since Node's own zone data has them for a few
 * only and in no one language. Zones that are not here have none: their abbreviation is the offset itself. From tzdata 2025,
 * sampled over 2023 to 2036; old rules of a zone (war time, double summer time) are not told.
 */

/** Each row: abbreviations, each before its offset in minutes; then the zones that use them, behind `Area:` where they have one. */
const rows: readonly (readonly [abbreviations: string, zones: string])[] = [
  ['SST -660', 'Pacific: Midway Pago_Pago Samoa US: Samoa'],
  ['HST -600', 'HST Pacific: Honolulu Johnston US: Hawaii'],
  ['HST -600 HDT -540', 'America: Adak Atka US: Aleutian'],
  ['AKST -540 AKDT -480', 'America: Anchorage Juneau Metlakatla Nome Sitka Yakutat US: Alaska'],
  [
    'PST -480 PDT -420',
    `PST8PDT America: Ensenada Los_Angeles Santa_Isabel Tijuana Vancouver Canada: Pacific Mexico: BajaNorte US:
    Pacific`,
  ],
  [
    'MST -420',
    `MST America: Creston Dawson Dawson_Creek Fort_Nelson Hermosillo Mazatlan Phoenix Whitehorse Canada: Yukon
    Mexico: BajaSur US: Arizona`,
  ],
  [
    'MST -420 MDT -360',
    `MST7MDT Navajo America: Boise Cambridge_Bay Ciudad_Juarez Denver Edmonton Inuvik Shiprock Yellowknife Canada:
    Mountain US: Mountain`,
  ],
  [
    'CST -360',
    `America: Bahia_Banderas Belize Chihuahua Costa_Rica El_Salvador Guatemala Managua Merida Mexico_City Monterrey
    Regina Swift_Current Tegucigalpa Canada: Saskatchewan Mexico: General`,
  ],
  [
    'CST -360 CDT -300',
    `CST6CDT America: Chicago Indiana/Knox Indiana/Tell_City Knox_IN Matamoros Menominee North_Dakota/Beulah
    North_Dakota/Center North_Dakota/New_Salem Ojinaga Rainy_River Rankin_Inlet Resolute Winnipeg Canada: Central
    US: Central Indiana-Starke`,
  ],
  ['CST -300 CDT -240', 'Cuba America: Havana'],
  ['EST -300', 'EST Jamaica America: Atikokan Cancun Cayman Coral_Harbour Jamaica Panama'],
  [
    'EST -300 EDT -240',
    `EST5EDT America: Detroit Fort_Wayne Grand_Turk Indiana/Indianapolis Indiana/Marengo Indiana/Petersburg
    Indiana/Vevay Indiana/Vincennes Indiana/Winamac Indianapolis Iqaluit Kentucky/Louisville Kentucky/Monticello
    Louisville Montreal Nassau New_York Nipigon Pangnirtung Port-au-Prince Thunder_Bay Toronto Canada: Eastern US:
    East-Indiana Eastern Michigan`,
  ],
  [
    'AST -240',
    `America: Anguilla Antigua Aruba Barbados Blanc-Sablon Curacao Dominica Grenada Guadeloupe Kralendijk
    Lower_Princes Marigot Martinique Montserrat Port_of_Spain Puerto_Rico Santo_Domingo St_Barthelemy St_Kitts
    St_Lucia St_Thomas St_Vincent Tortola Virgin`,
  ],
  ['AST -240 ADT -180', 'America: Glace_Bay Goose_Bay Halifax Moncton Thule Atlantic: Bermuda Canada: Atlantic'],
  ['NST -210 NDT -150', 'America: St_Johns Canada: Newfoundland'],
  [
    'GMT 0',
    `GMT GMT+0 GMT-0 GMT0 Greenwich Iceland Africa: Abidjan Accra Bamako Banjul Bissau Conakry Dakar Freetown Lome
    Monrovia Nouakchott Ouagadougou Sao_Tome Timbuktu America: Danmarkshavn Atlantic: Reykjavik St_Helena Etc: GMT
    GMT+0 GMT-0 GMT0 Greenwich`,
  ],
  ['GMT 0 BST 60', 'GB GB-Eire Europe: Belfast Guernsey Isle_of_Man Jersey London'],
  ['GMT 0 IST 60', 'Eire Europe: Dublin'],
  ['UTC 0', 'UCT UTC Universal Zulu Etc: UCT UTC Universal Zulu'],
  ['WET 0 WEST 60', 'Portugal WET Atlantic: Canary Faeroe Faroe Madeira Europe: Lisbon'],
  ['CET 60', 'Africa: Algiers Tunis'],
  [
    'CET 60 CEST 120',
    `CET Poland Africa: Ceuta Arctic: Longyearbyen Atlantic: Jan_Mayen Europe: Amsterdam Andorra Belgrade Berlin
    Bratislava Brussels Budapest Busingen Copenhagen Gibraltar Ljubljana Luxembourg Madrid Malta Monaco Oslo Paris
    Podgorica Prague Rome San_Marino Sarajevo Skopje Stockholm Tirane Vaduz Vatican Vienna Warsaw Zagreb Zurich`,
  ],
  ['MET 60 MEST 120', 'MET'],
  ['WAT 60', 'Africa: Bangui Brazzaville Douala Kinshasa Lagos Libreville Luanda Malabo Ndjamena Niamey Porto-Novo'],
  ['CAT 120', 'Africa: Blantyre Bujumbura Gaborone Harare Juba Khartoum Kigali Lubumbashi Lusaka Maputo Windhoek'],
  ['EET 120', 'Libya Africa: Tripoli Europe: Kaliningrad'],
  [
    'EET 120 EEST 180',
    `EET Egypt Africa: Cairo Asia: Beirut Famagusta Gaza Hebron Nicosia Europe: Athens Bucharest Chisinau Helsinki
    Kiev Kyiv Mariehamn Nicosia Riga Sofia Tallinn Tiraspol Uzhgorod Vilnius Zaporozhye`,
  ],
  ['IST 120 IDT 180', 'Israel Asia: Jerusalem Tel_Aviv'],
  ['SAST 120', 'Africa: Johannesburg Maseru Mbabane'],
  [
    'EAT 180',
    `Africa: Addis_Ababa Asmara Asmera Dar_es_Salaam Djibouti Kampala Mogadishu Nairobi Indian: Antananarivo Comoro
    Mayotte`,
  ],
  ['MSK 180', 'W-SU Europe: Kirov Moscow Simferopol Volgograd'],
  ['PKT 300', 'Asia: Karachi'],
  ['IST 330', 'Asia: Calcutta Kolkata'],
  ['WIB 420', 'Asia: Jakarta Pontianak'],
  ['AWST 480', 'Australia: Perth West'],
  ['CST 480', 'PRC ROC Asia: Chongqing Chungking Harbin Macao Macau Shanghai Taipei'],
  ['HKT 480', 'Hongkong Asia: Hong_Kong'],
  ['PST 480', 'Asia: Manila'],
  ['WITA 480', 'Asia: Makassar Ujung_Pandang'],
  ['JST 540', 'Japan Asia: Tokyo'],
  ['KST 540', 'ROK Asia: Pyongyang Seoul'],
  ['WIT 540', 'Asia: Jayapura'],
  ['ACST 570', 'Australia: Darwin North'],
  ['ACST 570 ACDT 630', 'Australia: Adelaide Broken_Hill South Yancowinna'],
  ['AEST 600', 'Australia: Brisbane Lindeman Queensland'],
  [
    'AEST 600 AEDT 660',
    'Antarctica: Macquarie Australia: ACT Canberra Currie Hobart Melbourne NSW Sydney Tasmania Victoria',
  ],
  ['ChST 600', 'Pacific: Guam Saipan'],
  ['NZST 720 NZDT 780', 'NZ Antarctica: McMurdo South_Pole Pacific: Auckland'],
]

/** Zone name to offset in minutes to abbreviation. */
export const zoneAbbreviations: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map(rows.flatMap(readRow))

function readRow([abbreviations, zones]: (typeof rows)[number]): [string, ReadonlyMap<number, string>][] {
  const byOffset = new Map<number, string>()
  for (const [, letters, minutes] of abbreviations.matchAll(/(\S+) (\S+)/g)) byOffset.set(Number(minutes), letters!)
  let area = ''
  return zones.split(/\s+/).flatMap((word): [string, typeof byOffset][] => {
    if (!word.endsWith(':')) return [[area + word, byOffset]]
    area = `${word.slice(0, -1)}/`
    return []
  })
}
