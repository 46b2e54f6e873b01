"""Words that say how an author feels, in Dutch and English; part of the edition."""

CLASSES: dict[str, str] = {
    "good": """
        top toppie topper toppers topservice super superfijn superblij perfect
        perfecto prima geweldig* fantastisch* fantastic great brilliant awesome
        excellent lovely wonderful amazing superb fab fabulous fijn tof uitstekend*
        keurig* klasse chapeau hulde held helden hero heroes legend legends
        behulpzaam helpful netjes blij happy pleased tevreden heerlijk* vriendelijk*
        friendly snel_geholpen goed_geholpen impressive impressed indrukwekkend
        complimenten compliment compliments pluim petje_af shout_out shoutout love
        loving loved dankbaar grateful thankful appreciate* blessed best_service
        beste_service leuk leuke mooi mooie gaaf gave lekker zonnetje schat lieve
        lief sweet kudos delighted delightful smooth soepel vlot vlotte aanrader
        recommend enjoy* enjoyed excited thrilled genoten geniet genieten opgelucht
        relieved nice cool well_done good_job great_job goed_bezig goed_gedaan good
        goed goede beautiful gefeliciteerd congrat* works_great werkt_perfect yay
        woohoo hoera joepie super_snel heel_snel zo_snel so_fast so_quick
        quick_reply snelle_reactie bedankt dank dankjewel dankje thanks thank_you
        thx thnx tnx cheers hartelijk_dank 👍 🙏 ❤ 😊 🙂 😀 😃 😄 😁 🤗 👌 🙌 💕 💖 💙
        💚 💛 🧡 💜 😍 🥰 😘 🎉 💪 😎 👏 ☺ 🥳 ♥ 💗
        """,
    "bad": """
        slecht slechte slechter slechtste bad worse worst terrible terribly awful
        horrible horrendous useless ridiculous ridiculously belachelijk* schandalig*
        schande schaamteloos shame disgrace* disgusting disappoint* teleurgesteld*
        teleurstellend* boos woest angry furious fuming frustrat* frustrer*
        gefrustreerd waardeloos waardeloze prutsers triest sad unacceptable
        onacceptabel* absurd* idioot idiote stom stomme kut klote shit crap damn wtf
        hell hate hated haat verschrikkelijk* vreselijk* verschrikking drama
        dramatisch* rampzalig ramp disaster nightmare nachtmerrie hopeless hopeloos
        irritant irritat* annoying annoyed ergerlijk erger_me ergernis ergernissen
        stinkt sucks suck lousy pathetic joke farce flauwekul onzin nonsense
        bullshit oplichters oplichting oplichter scam scammers fraud thieves dieven
        diefstal afzetters rip_off ripoff robbery lied lies liars liegen leugens
        gelogen rude onbeschoft* onvriendelijk* brutaal incompetent* onbekwaam
        amateurs amateuristisch* klacht klachten complaint* ongelooflijk
        unbelievable incredible_that onbegrijpelijk schandvlek never_again
        nooit_meer nooit_weer klaar_mee done_with fed_up zat_van ben_het_zat beu
        genoeg_van sick_of tired_of had_enough achteruit waste verspilling jammer
        helaas unfortunately pity ashamed gênant embarrassing verloederd wanbeleid
        wtf niet_normaal not_normal not_okay niet_oké not_acceptable ziek_van
        duurder 🙄 😡 😤 🤬 😠 👎 😞 😔 😢 😭 💔 😒 🤦 😩 😫 😖 ☹ 🙁 🤮 💩
        """,
    "trouble": """
        kapot stuk defect* broken broke breaks damaged beschadigd* storing* outage
        outages crasht crash crashes crashing crashed hangt_vast vastgelopen
        doet_het_niet doen_het_niet werkt_niet werken_niet werkt_nog_niet
        not_working doesn't_work don't_work isn't_working won't_work stopped_working
        kan_niet can't cannot cant lukt_niet lukt_nog error errors fout fouten
        foutmelding foutcode wrong verkeerd* missing vermist kwijt zoek gone
        niet_aangekomen never_arrived not_arrived got_nothing nooit_ontvangen
        never_received geen_reactie no_response no_reply niets_gehoord niks_gehoord
        nooit_meer_iets nothing_heard ignored genegeerd negeren ignoring
        niemand_neemt nobody_answers hung_up opgehangen verbroken on_hold
        in_de_wacht wachtrij wachten_op waiting_for wachttijd vertraging* delay
        delayed delays late te_laat geannuleerd cancelled canceled uitgevallen
        uitval valt_uit valt_weg valt_steeds drops dropping plat ligt_plat eruit
        down traag slow langzaam lag laggy dubbel_afgeschreven charged_twice twice
        dubbel_betaald aanmaning* incasso* incassobureau boete boetes fine refuse
        refused weigert weigeren geweigerd afgekeurd afgewezen rejected denied
        half_of hoger higher ineens_hoger zonder_reden no_reason zero_explanation
        gehackt hacked lekt leaks leaking te_duur overpriced expensive geen_internet
        no_internet geen_stroom no_power geen_bereik no_signal dead dood nog_steeds
        still steeds keeps keep_saying elke_keer every_time weer_niet weer_een
        alweer again_and_again niks_opgelost niet_opgelost not_solved not_fixed
        unresolved snap_er_niks begrijpt_er_niks nothing_works niets_werkt
        onderbroken afgebroken lost problem problemen probleem problems issue issues
        wordt_gloeiend gloeiend* thuisgebleven stayed_home weken_later weeks_late
        weken_te_laat stuck missed gemist overgeslagen skipped flight_cancelled
        """,
    "long": """
        al_twee al_drie al_een al_2 al_3 al_4 al_5 al_weken al_dagen al_uren
        al_maanden sinds_vanochtend sinds_gisteren since_yesterday over_an_hour
        more_than_an_hour hours uren weken weeks derde_keer vierde_keer third_time
        for_days the_whole_day de_hele_dag hele_dag all_day maanden months
        minuten_in
        """,
    "denial": """
        niet geen nooit niks niets not no never don't doesn't didn't isn't wasn't
        won't nothing zonder without hardly nauwelijks couldn't wouldn't aren't
        haven't hasn't nergens allesbehalve anything_but
        """,
    "asks": """
        hoe waar wanneer welke kan_ik kan_je kunnen_jullie kunt_u mag_ik is_er
        zijn_er graag wil_ik ik_wil how where when which can_i could_you can_you
        do_you is_there are_there please may_i i'd_like i_would_like moet_ik
        should_i zoek looking_for wat_kost what_is wat_is heb_ik does_my vraag
        question vraagje klopt_het is_het
        """,
    "irony": """
        bedankt_he bedankt_voor_niks thanks_for_nothing thanks_a_lot_for_nothing
        lekker_dan lekker_is_dat fijn_is_dat mooi_is_dat leuk_hoor fijn_hoor
        goed_bezig_hoor nice_one_not great_another great_bedtime heel_fijn_dit
        top_service_zeg geweldig_hoor wat_een_service_zeg just_great oh_great
        yeah_right lekker_bezig_zeg bedankt_hoor_niet thanks_for_wasting
        thank_you_for_wasting
        """,
}
