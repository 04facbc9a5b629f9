/// The words that texts are made of. Frozen: another word in a list changes what a seed gives.
enum Vocabulary {
  static let firstNames = [
    "Ada", "Anna", "Arun", "Ben", "Carla", "Chen", "Dana", "Elif", "Emil", "Farah", "Grace", "Hugo", "Ines",
    "Ivan", "Jana", "Jonas", "Kofi", "Lena", "Luis", "Maja", "Mei", "Nils", "Nora", "Omar", "Paula", "Ravi",
    "Sara", "Tom", "Uma", "Vera", "Yuki", "Zoe",
  ]

  static let lastNames = [
    "Adler", "Bauer", "Berg", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haas", "Ito", "Jensen", "Kaya",
    "Keller", "Lang", "Lopez", "Mensah", "Meyer", "Novak", "Okafor", "Patel", "Quinn", "Rossi", "Sato",
    "Silva",
    "Singh", "Stein", "Tanaka", "Vogel", "Walker", "Weber", "Wong", "Young",
  ]

  /// Reserved for examples: nobody gets mail there.
  static let domains = ["example.com", "example.net", "example.org"]

  static let streets = [
    "Bridge Street", "Canal Road", "Castle Lane", "Church Street", "Garden Way", "Harbour Road",
    "High Street",
    "Mill Lane", "Park Avenue", "River Walk", "School Road", "Station Road",
  ]

  static let words = [
    "amber", "apple", "arrow", "basin", "birch", "blue", "bridge", "canal", "cedar", "cloud", "coast",
    "copper",
    "creek", "delta", "dune", "ember", "falcon", "fern", "field", "fjord", "garden", "glade", "grain",
    "green",
    "harbor", "hazel", "heron", "island", "ivory", "lake", "lemon", "linen", "maple", "marsh", "meadow",
    "mill",
    "mint", "moon", "moss", "north", "oak", "ocean", "olive", "orchid", "pearl", "pine", "plain", "quartz",
    "rain", "reef", "ridge", "river", "sage", "sand", "silver", "slate", "snow", "south", "spring", "stone",
    "summit", "tide", "valley", "willow",
  ]

  private static let shops = [
    "Airport", "Bridge", "Castle", "Harbour", "Market", "Mill", "Old Town", "Park", "Riverside", "Station",
    "University", "West End",
  ]

  private static let cities = [
    "Aarhus", "Accra", "Bergen", "Bogota", "Bremen", "Cork", "Dakar", "Gdansk", "Graz", "Hanoi", "Izmir",
    "Kyoto",
    "Lagos", "Leeds", "Lyon", "Malmo", "Nantes", "Osaka", "Porto", "Quito", "Riga", "Seville", "Tampere",
    "Ulm",
  ]

  private static let countries = [
    "Austria", "Brazil", "Canada", "Denmark", "Egypt", "France", "Germany", "Ghana", "India", "Italy",
    "Japan",
    "Kenya", "Mexico", "Norway", "Poland", "Spain",
  ]

  private static let items = [
    "apron", "basket", "bottle", "bowl", "candle", "chair", "clock", "cup", "desk", "jug", "kettle", "lamp",
    "mirror", "mug", "pan", "plate", "shelf", "spoon", "stool", "table", "teapot", "towel", "tray", "vase",
  ]

  /// By the word that a field's name ends with.
  static let lists: [String: [String]] = [
    "shop": shops, "store": shops, "branch": shops, "site": shops,
    "city": cities, "town": cities, "place": cities, "location": cities,
    "country": countries, "nation": countries,
    "item": items, "product": items, "article": items, "goods": items,
    "currency": ["CHF", "EUR", "GBP", "JPY", "SEK", "USD"],
    "color": ["black", "blue", "brown", "green", "grey", "red", "white", "yellow"],
    "colour": ["black", "blue", "brown", "green", "grey", "red", "white", "yellow"],
    "status": ["active", "closed", "new", "open", "pending"],
    "state": ["active", "closed", "new", "open", "pending"],
    "category": ["books", "clothes", "food", "garden", "home", "music", "sports", "toys"],
    "type": ["basic", "extra", "plain", "special"],
    "kind": ["basic", "extra", "plain", "special"],
    "language": ["de", "en", "es", "fr", "it", "ja", "pt", "tr"],
    "lang": ["de", "en", "es", "fr", "it", "ja", "pt", "tr"],
    "locale": ["de_DE", "en_GB", "en_US", "es_ES", "fr_FR", "ja_JP"],
    "region": ["east", "north", "south", "west"],
    "tag": words, "tags": words,
    "gender": ["female", "male", "other"],
    "unit": ["g", "kg", "l", "m", "pcs"],
    "level": ["debug", "error", "info", "warning"],
    "device": ["desktop", "phone", "tablet"],
    "browser": ["Chromium", "Firefox", "Safari"],
    "channel": ["app", "mail", "shop", "web"],
  ]
}
