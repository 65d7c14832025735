"""Whose a web address or a mail address is: hosts, registrable domains, and domains that many share.

A short list in place of the public suffix list: the endings of both markets and of their neighbours, and the
mail, hosting and social services on which clinics stand. A host that is missing here is judged too strictly or
goes to a person; it never proves anything for a domain that is shared and listed.
"""

from urllib.parse import urlsplit

# Below a country's ending these are no domain of anybody's: com.sg, co.kr, or.kr.
_CATEGORIES = frozenset(
    {"ac", "co", "com", "edu", "go", "gov", "mil", "ne", "net", "nom", "or", "org", "per"}
)
# South Korea (KRNIC): further categories and the provinces.
_KOREAN = frozenset(
    {
        "re", "pe", "hs", "ms", "es", "sc", "kg", "seoul", "busan", "daegu", "incheon", "gwangju", "daejeon", "ulsan",
        "gyeonggi", "gangwon", "chungbuk", "chungnam", "jeonbuk", "jeonnam", "gyeongbuk", "gyeongnam", "jeju",
    }
)  # fmt: skip
# An address or a page there says nothing about who owns the domain.
SHARED = frozenset(
    {
        # mail
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.com.sg",
        "yahoo.co.kr", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com",
        "gmx.com", "gmx.net", "mail.com", "zoho.com", "yandex.com", "yandex.ru", "mail.ru", "qq.com", "foxmail.com",
        "163.com", "126.com", "sina.com", "sohu.com", "aliyun.com", "naver.com", "daum.net", "hanmail.net", "kakao.com",
        "nate.com", "empas.com", "paran.com", "dreamwiz.com", "korea.com", "chol.com", "hanmir.com", "singnet.com.sg",
        "starhub.net.sg", "pacific.net.sg", "hotmail.sg", "hotmail.co.kr", "outlook.sg", "outlook.kr", "live.com.sg",
        "tutanota.com", "fastmail.com", "hey.com", "pm.me",
        # pages that somebody keeps on another's domain
        "google.com", "goo.gl", "blogspot.com", "wordpress.com", "wixsite.com", "wix.com", "weebly.com", "webflow.io",
        "squarespace.com", "square.site", "godaddysites.com", "strikingly.com", "carrd.co", "notion.site", "notion.so",
        "myshopify.com", "shopify.com", "github.io", "gitlab.io", "netlify.app", "vercel.app", "pages.dev",
        "workers.dev", "web.app", "firebaseapp.com", "herokuapp.com", "azurewebsites.net", "amazonaws.com",
        "cloudfront.net", "onrender.com", "fly.dev", "cafe24.com", "cafe24shop.com", "imweb.me", "modoo.at",
        "tistory.com", "creatorlink.net", "sixshop.com", "gabia.io", "dothome.co.kr", "medium.com", "substack.com",
        "business.site", "site123.me", "ucraft.net", "mystrikingly.com", "jimdosite.com", "jimdofree.com",
        # social pages, messengers, directories
        "instagram.com", "facebook.com", "fb.com", "fb.me", "twitter.com", "x.com", "tiktok.com", "youtube.com",
        "youtu.be", "linkedin.com", "pinterest.com", "threads.net", "linktr.ee", "litt.ly", "link.me", "bio.link",
        "wa.me", "whatsapp.com", "t.me", "telegram.me", "line.me", "lin.ee", "wechat.com", "weixin.qq.com",
        "xiaohongshu.com", "xhslink.com", "weibo.com", "douyin.com", "bit.ly", "gangnamunni.com", "babitalk.com",
        "yeoshin.co.kr", "modoodoc.com", "vaniila.com", "fresha.com", "booksy.com", "treatwell.com", "whatclinic.com",
        "realself.com", "practo.com", "doctoranywhere.com", "yelp.com", "tripadvisor.com", "carousell.sg",
    }
)  # fmt: skip


def host_of(website: str | None) -> str | None:
    """The host of a web address in ASCII and lower case, without "www."; None where there is none."""
    if not website:
        return None
    text = website.strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return None
    return _plain(host.removeprefix("www."))


def mail_host(address: str) -> str | None:
    """The domain of an e-mail address in ASCII and lower case; None for text that is no address."""
    local, at, domain = address.strip().rpartition("@")
    return _plain(domain) if local and at else None


def registrable(host: str) -> str:
    """The part of a host that somebody registered: clinic.com.sg of www.clinic.com.sg, clinic.kr of a.clinic.kr."""
    labels = host.split(".")
    ending = 1
    if len(labels) > 2 and len(labels[-1]) == 2:
        categories = _CATEGORIES | _KOREAN if labels[-1] == "kr" else _CATEGORIES
        ending += labels[-2] in categories
    return ".".join(labels[-(ending + 1) :])


def is_shared(host: str) -> bool:
    """Does the host belong to a service on which anybody may have an address or a page?"""
    return host in SHARED or registrable(host) in SHARED


def own_host(website: str | None) -> str | None:
    """The host of a clinic's own web address; None where it stands on a shared one, or is no name at all."""
    host = host_of(website)
    if host is None or "." not in host or is_shared(host) or host.replace(".", "").isdigit():
        return None
    return host


def is_address_of(address: str, website: str | None) -> bool:
    """Is the e-mail address at the web address's own host, or at the domain that it was registered as?

    Never for a shared domain: an address at gmail.com or a page at instagram.com proves nothing.
    """
    host, domain = own_host(website), mail_host(address)
    if host is None or domain is None or is_shared(domain):
        return False
    return domain.removeprefix("www.") in {host, registrable(host)}


def _plain(host: str) -> str | None:
    try:
        plain = host.strip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return plain or None
