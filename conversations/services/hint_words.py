"""The words that `hints` knows. Ours, in English; nothing here comes from anybody's list of people."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


FIRST_NAMES = _words(
    """
    aaron abdul abigail adam adrian aisha alan albert alex alexander alexandra ali alice alison amanda amelia
    amina amy andrea andrew angela anita ann anna anne annie anthony antonia arthur asha barbara ben benjamin
    bernard beth betty bob brenda brian bridget callum cameron carl carol caroline catherine cathy charles
    charlie cheryl chloe chris christine christopher claire clare colin connor craig daniel danielle darren
    dave david dawn deborah debbie deepa denise dennis derek diana diane dominic donald donna dorothy douglas
    duncan dylan eddie edward elaine eleanor elena elizabeth ellen emily emma eric erin ethan eva evelyn
    fatima fiona frances francis frank fred gareth gary gavin gemma geoff george gerald gillian giovanni gordon
    graham greg gwen hamza hannah harriet harry hassan heather helen henry holly howard hugh hussein ian ibrahim
    imran irene isabel isla ivan jacob jacqueline jade james jamie jane janet janice jasmine jason jean jennifer
    jenny jeremy jess jessica jill jim joan joanna joanne joe joel john jonathan joseph josh joshua joyce judith
    julia julian julie justin karen karl kate katherine kathleen kathy katie keith kelly ken kenneth kevin khalid
    kim kirsty kumar kyle laura lauren lee leon leonard lesley lewis liam linda lindsay lisa liz lorraine louise
    lucy luke lynn maggie malcolm marcus margaret maria marie marion martin mary matt matthew maureen megan mehmet
    melanie melissa michael michelle mike mohamed mohammed molly monica muhammad nadia nancy naomi natalie natasha
    nathan neil nicholas nick nicola nigel nina noah nora norman olga oliver olivia omar oscar pamela pat patricia
    patrick paul pauline peter phil philip phoebe pooja priya rachel raj rajesh ravi raymond rebecca rhys richard
    rita rob robert roger ronald ross roy rupert russell ruth ryan sally sam samantha samuel sandra sanjay sara
    sarah scott sean sharon sheila shirley simon sofia sonia sophie stacey stella stephanie stephen steve steven
    stuart sue sunita susan suzanne tariq teresa terry thomas tim timothy tina toby tom tony tracey trevor
    valerie vanessa veronica vijay vincent wayne wendy william yasmin yusuf yvonne zainab zara zoe
    """
)

# Words of titles of things: two capitalised words of which one is here are no person.
NO_PERSON = _words(
    """
    academy accident act agency agreement alliance annual app april army assembly associates association atlantic
    august authority avenue award band bank bay beach bill black block board bridge british budget building bus
    business campus canal care cathedral central centre charter christmas church citizens city climate clinic close
    club coast code college commission committee community conservation contract convention corporation council
    county court covid crown data day december defence department design development digital directive district
    division doc drive e east easter economic eden education electronic emergency employee energy england english
    environment equality estate europe european exchange executive facebook family february fair federation fire first
    flexible floor food force forest foundation free friday friends fund garden general global google government
    great green group hall harbour health high hill home homes hospital house housing human hub inc income
    independent index infirmary information initiative inner institute insurance international internet intranet
    investment island islands january joint july june justice king kingdom lab lake lakes land lane law learning
    leave library life line living local long lower ltd main management march market maternity may media medical
    medicine memorial mental microsoft middle midland midlands minister ministry mission model monday motion mount
    mountain national nature net network new nhs north northern november nursing occupational ocean october office
    old online open organisation outdoor outlook pacific palace parents park parliament partnership party patient
    pay peninsula pension people performance pharmacy place plan plans plc point police policy port portal
    practice press prime principles private programme project protection public quality queen radio railway
    ranges recovery region regional reserve reserves resource resources review rights river road room royal rural safety
    saint saturday school schools science scheme scotland sea season secretary security sector senate september
    service services shop site social society solar south southern special square staff standard standards
    state states station st stop strategic strategy street studies study sunday supreme survey sustainable system
    tax team teams technology terrace theatre thursday tower town trade training transport treasury treaty trust
    tuesday uber uk union unit united university upper urban us valley victorian village wales ward waste water wednesday
    week welfare west western white whatsapp wing winter wood woods word work working world year youth youtube
    zealand zone zoom african american asian australian auckland australia belfast birmingham bristol britain
    california canada cambridge cardiff china chinese delhi dublin edinburgh edwardian france french german germany
    glasgow hong india indian ireland irish italian italy japan kong leeds liverpool london los manchester
    melbourne angeles oxford san scottish sheffield singapore spain swansea sydney wellington welsh york yorkshire
    """
)

# Ordinary words that begin a sentence or a heading and stand before a capitalised one.
ORDINARY = _words(
    """
    a about after all also although an and another any are as ask at avoid be because before better both but by
    can could create develop did do does during each encourage ensure even every everybody everyone except few for
    from get give had has have he her here hers his how i if in increase into is it its just keep last less let
    like limit lots make many maybe me mine more most much my need needs next no nobody none not now of off on
    once one only or other our out over perhaps plant please put reduce require same several shall she should
    since so some somebody someone start still such support than thank thanks that the their them then there
    these they this those though to too under until up use very was we were what when where which while who whose
    why will with without would yes yet you your dear hello hi hey
    """
)

ABUSE = _words(
    """
    arsehole asshole bastard bellend bitch bollocks cretin cunt dickhead dimwit dipshit dumbass faggot fuck fucked
    fucker fuckers fucking fuckwit gobshite gyppo halfwit idiot imbecile knobhead mongrel moron motherfucker
    nazi nigger paki pikey prick retard retarded scum scumbag shithead slag slut spastic tosser tranny
    twat wanker whore
    """
)
