"""What talk of danger is made of, in Dutch and English; changed here, with the edition.

A class is a list of words, phrases (joined by _) and parts of words (`gas*`, `*lucht`).
A sign is one class, or several that stand near each other. Phrases that sound dangerous
and are not are read first, and count for nothing.
"""

# Bodies, things and what happens to them.
CLASSES: dict[str, str] = {
    # gas, fumes, water
    "gas": """
        gas gass gasleiding* gasmeter* gaskraan* gasbuis* gassy gasketel* ketel
        boiler cv-ketel
        """,
    "smell": """
        ruik* ruk rook geur* stink* stank lucht smell* smel odour odor reek* stunk
        scent
        """,
    "leak": """
        lek lekt lekken lekkend* lekkage sis sist sissen sissend* siss* geraakt
        hit hiss* leak* struck gesprongen burst ruptured uit_de_grond
        out_of_the_ground komt_gas kapotgetrokken doorgestoken ontsnapt escaping
        kruipruimte under_the_floor
        """,
    "gas_out": """
        gaslucht* gaslug* gaslek* gasgeur* gasontsnapping gas_leak* gass_leak
        leaking_gas gas_smell smell_of_gas stinkt_naar_gas naar_gas of_gas
        *gaslucht smell_gas smelling_gas gas_odour gas_odor rotte_eieren
        rotte_eierenlucht rotten_egg* koolmonoxidevergiftiging
        carbon_monoxide_poisoning
        """,
    "co": """
        koolmonoxide* co-melder co_melder carbon_monoxide co_detector co_alarm
        co_meter co-meter monoxide
        """,
    "beeps": """
        gaat_af ging_af afgaat piept piep piepen beep* going_off goes_off went_off
        chirp* hoofdpijn headache* ppm ramen_open windows_open slaat_alarm
        geeft_aan reads
        """,
    "sick": """
        misselijk duizelig overgeven braken nauseous nausea dizzy vomit*
        throwing_up onwel flauwgevallen passed_out bewusteloos unconscious ziek
        ill feel_sick sick hoofdpijn headache* suf limp wartaal wartaal* confused
        """,
    "source": """
        ketel boiler kraanwater drinkwater tap_water drinking_water water dampen
        damp fumes vloeistof liquid chloor chlorine schoonmaak cleaning rookgas*
        stof vapour* vapor* pasgeboren newborn zending
        """,
    # fire and current
    "fire": """
        brand fire vlammen vlam flames flame vuur fik blaze
        """,
    "fire_out": """
        in_brand on_fire brandlucht* burning_smell smell_of_burning schroeilucht*
        scorched_smell vlam_vatten vatten_vlam vat_vlam vatte_vlam caught_fire
        catches_fire catching_fire catch_fire staat_in_de_fik in_de_fik in_de_hens
        steekvlam* jet_of_flame er_is_brand there_is_a_fire there's_a_fire
        theres_a_fire there_is_fire brand_uitgebroken brand_in_de fire_on_the
        fire_in_the vuur_uit fire_from flames_at flames_from flames_coming
        brandwond* burns_from burn_wound* zie_vlammen see_flames ontploft
        ontploffing explosie explosion exploded blew_up blown_up geëxplodeerd
        explodeerde ontploffen woningbrand house_fire
        """,
    "smoke": """
        rook smoke smok smoking rokt rok rookt roken walm walmt rookpluim*
        rookwolk* smoldering smouldering smeult billowing doorgebrand
        """,
    "device": """
        station onderstation kabelkast* meter meterkast* stopcontact* stopkontact*
        stekker* stekkerdoos modem router kast kastje zekering* zekeringkast*
        outlet socket* fuse_box fusebox plug extension_lead cabinet laadpaal*
        laadstation charging_station charger lader accu* batterij* battery
        batteries powerbank* power_bank omvormer* inverter transformator*
        substation onderstation bovenleiding* overhead_line* kabel* cable* draad
        draden wire* lines line thermostaat thermostat zonnepanelen solar_panel*
        panelen telefoon phone wasmachine* washing_machine trein train metro bus
        tram huis house kruik box oplader toestel apparaat dryer droger oven
        magnetron microwave lamp* lantaarnpaal* lamp_post* deken blanket ketel
        boiler vaatwasser dishwasher koelkast fridge televisie hoverboard
        """,
    "hot": """
        geknetter gezoem gloeit gloeien gloeiend* glowing gloeiend_heet
        gloeiendheet red_hot bloedheet really_hot burning_hot smolt smelten
        gesmolten melted melting swelling zwelt opgezwollen bolt swollen geblakerd
        blackened scorch* geschroeid* brandplek* burn_mark* verbrand* burnt vonkt
        vonkd vonken vonk spark* crackl* knettert knetterd knetteren knetter*
        zoemend buzzing brandt_iets something_burning turning_brown wordt_bruin
        kortsluiting short_circuit* arcing
        """,
    "shock": """
        schok schokken schokje electrocut* geëlektrocuteerd geelektrocuteerd
        elektrocutie onder_stroom electric_shock* electrical_shock* is_live
        tintel* tingl* got_zapped zapped
        """,
    "shocked": """
        kreeg gekregen kreegt krijg got geleverd delivered wasmachine*
        lantaarnpaal* lamp_post* door by from van metal metalen electric nasty
        flinke aanraken touch* kastje box deur
        """,
    "shock_out": """
        draden_zien draden_zitten draden_zichtbaar wires_showing wires_visible
        see_the_wires electrocuted geëlektrocuteerd geelektrocuteerd
        electric_shock electrical_shock onder_stroom stroomschok*
        elektrische_schok blote_draden blote_draad bare_wire* live_wire*
        exposed_wire* losse_draden
        """,
    "hangs": """
        scheef zie_je zichtbaar visible zien hangt hang hanging hangs ligt lying
        down losse los loose gevallen fallen nearly_touching bijna_op_de_grond
        op_straat over_the_street omgewaaid dangling downed open touch
        """,
    "line": """
        kabelkast* draad stroomdraad* stroomkabel* hoogspanning*
        hoogspanningskabel* power_line* powerline* power_cable* high_voltage*
        kabel* wire* bovenleiding* transformatorhuisje* substation *draden
        meterkast* elektriciteitskast* kastje kast box cabinet
        """,
    "near_people": """
        speeltuin playground speelplaats schoolplein kinderen kids children school
        spelen playing play klimmen climb* straat street stoep pavement sidewalk
        grond ground schrikdraad fence storm kind child dood dead koeien cattle
        """,
    "wet": """
        water lekkage leak overstroming flood* ondergelopen wateroverlast
        """,
    "electrics": """
        stopcontact* stopkontact* meterkast* stroomkast* zekeringkast* socket*
        outlet* fuse_box fusebox electric_cabinet electric* electrics verdeelkast
        laagspanning*
        """,
    # people whose life hangs on something
    "life_device": """
        emergency_power noodstroom* noodaggregaat care_home verzorgingshuis
        verpleeghuis aggregaat generator beademing* *beademing zuurstof* oxygen
        ventilator breathing_machine dialys* dialyseren insuline* insulin
        pacemaker morfinepomp sondevoeding cpap feeding_tube life_support
        alarmknop* alarm_button alarmkastje* pendant_alarm personenalarm* traplift
        stairlift stair_lift hartbewak* nebuliser vernevelaar
        """,
    "no_power": """
        fuel brandstof running_on draait_op hours_left stroom power electricity
        elektriciteit stroomstoring outage power_cut uitgevallen storing accu
        battery werkt_niet doet_het_niet doesn't_work isn't_working not_working
        because_of_the zonder without weg gone uit off
        """,
    "fell": """
        gevallen fell fall had_a_fall viel valt ligt_op_de_grond lying_on_the
        op_de_grond neemt_niet_op isn't_picking_up not_picking_up on_the_floor
        """,
    "frail": """
        oma opa moeder vader mum mom dad gran grandma grandad grandpa granny nan
        oude_dame baby kindje newborn pasgeboren pasgeborene peuter toddler
        bejaarde* elderly dementerende dementia patient* mevrouw meneer lady
        buurvrouw neighbour neighbor vader dochter* zoon* daughter son zoontje
        little_girl little_boy kind child kid man wife husband vrouw mijn_man
        collega colleague iemand someone somebody bewoners residents kinderen kids
        children
        """,
    "cold": """
        geen_verwarming no_heating zonder_verwarming without_heating
        verwarming_uit heating_off
        """,
    "suffers": """
        rilt rillen shivering wartaal confused koud cold onderkoeld hypothermi*
        suf limp blauw blue
        """,
    "trapped": """
        locked_in won't_open gaat_niet_open vast opgesloten stuck trapped locked
        klem ingesloten beklemd caught
        """,
    "in_a": """
        door residents bewoners care_home lift traplift elevator stairlift liften
        lifts deuren doors tram_doors overweg crossing care_home verzorgingshuis
        kelder cellar tunnel wc toilet attractie ride locker kluis vault
        """,
    "answers_not": """
        paniek panic* nobody_answers niemand_neemt_op niemand nobody vier mensen
        people opa oma met residents bewoners neighbour kind child help grandad
        door_de_storing zit zitten wij we opgesloten four trapped slagboom
        barriers somebody iemand
        """,
    # bodies
    "body_out": """
        onwel in_elkaar_gezakt in_elkaar_zakte collapsed heart_attack hartaanval
        hartstilstand cardiac_arrest beroerte stroke ademt_niet not_breathing
        isn't_breathing can't_breathe cannot_breathe cant_breathe
        struggling_to_breathe krijgt_geen_adem krijgt_geen_lucht geen_adem
        niet_aanspreekbaar unresponsive isn't_responding not_responding
        bewusteloos unconscious reageert_niet bloedt bleeding gewond gewonde*
        injured flauwgevallen passed_out fainted stikt gestikt choking choked
        suffocat* stikte hersenschudding concussion reanimatie cpr aangereden
        epilep* seizure allergische_reactie allergic_reaction anafyla* anaphyla*
        throat_is_closing keel_zwelt overleden_door op_sterven intensive_care
        op_de_ic brandt_op_mijn_huid burns_my_skin burning_my_skin broke_my_arm
        arm_gebroken been_gebroken om_zijn_nek om_haar_nek around_his_neck
        around_her_neck miskraam verdrink* drowning onderkoeld hypothermia
        """,
    "breath": """
        adem* lucht breath* breathe
        """,
    "breath_not": """
        geen niet can't cant cannot not geen_lucht struggling benauwd
        """,
    "breath_why": """
        na after schoonmaak cleaning lekkage leak schimmel mould mold vader dad
        dochter* baby opa oma goed properly dampen fumes rook smoke
        """,
    "doctor": """
        ambulance ambulances dokter doctor arts hulpdiensten paramedic*
        hulpverlener defibrillator aed
        """,
    "at_once": """
        nu now spoed met_spoed urgent* urgently bel call need_a nodig_in direct
        immediately iemand somebody someone snel quick
        """,
    "swallow": """
        ingeslikt swallowed doorgeslikt slikte opgegeten ate gegeten drank
        gedronken drunk_the ingenomen taken took binnengekregen ingested geslikt
        slikt
        """,
    "poison": """
        knoopcel* button_batter* batterij batterijen vaatwastablet*
        dishwasher_tablet* middel cleaner bleach bleekmiddel schoonmaakmiddel
        gootsteenontstopper pillen pills medicijn* medication medicine* tabletten
        magneetje* magnet* magneten vergif poison* gif antivries antifreeze tablet
        wasmiddel wasmiddelcapsule laundry_pod paracetamol* ontkalker drain
        """,
    "wrong_drug": """
        verkeerde_medicijnen verkeerd_medicijn wrong_medication wrong_pills
        wrong_medicine wrong_dose verkeerde_dosering verkeerde_pillen
        medicijnen_verkeerd
        """,
    "shard": """
        glas glass scherf scherven shards metaal naald needle scheermes* razor*
        schroef
        """,
    "eats": """
        babyvoeding baby_food eten food potje brood salade salad soep hap bite
        snoep candy koekje* drinken fles bottle
        """,
    "baby_hurt": """
        hoofd head nek neck gestikt viel landed fell gevallen bekneld
        """,
    # against oneself
    "self_out": """
        zelfmoord* zelfdoding suicid* einde_aan_mijn_leven end_my_life end_it_all
        einde_aan_maken kill_myself killing_myself mezelf_van_kant
        mezelf_iets_aandoen mezelf_iets_aan hurt_myself harm_myself mezelf_pijn
        beter_dood better_off_dead liever_dood wish_i_was_dead wish_i_were_dead
        wil_dood wil_niet_meer_leven don't_want_to_live dont_want_to_live
        want_to_die wanna_die wil_sterven er_niet_meer_zijn don't_want_to_be_here
        dont_want_to_be_here niemand_zal_me_missen nobody_will_miss_me
        no_one_will_miss_me snijdt_zichzelf snijd_mezelf cutting_herself
        cutting_himself cutting_myself cut_myself zichzelf_snijdt
        leven_niet_meer_zitten point_of_living point_in_living
        geen_zin_meer_in_het_leven no_reason_to_live levensmoe uit_het_leven_stap
        stap_eruit_vandaag overdosis overdose take_my_own_life
        niet_meer_verder_leven can't_go_on_living maak_ik_er_een_einde
        er_een_einde_aan goodbye_forever afscheidsbrief suicide_note
        wil_niet_meer_wakker never_wake_up niet_meer_wakker
        """,
    "jump": """
        spring springen sprong jump jumping jumps
        """,
    "off_what": """
        trein train dak roof brug bridge flat gebouw building raam window perron
        spoor balkon
        """,
    # against others
    "threat_out": """
        maak_jullie_monteur maak_jullie_medewerker he'd_kill_me he_would_kill_me
        kill_me_if kill_us gonna_kill going_to_kill dood_maken doodmaken afmaken
        vermoord_je vermoord_jullie maak_je_af maak_jullie_af maak_hem_af kill_you
        kill_him kill_her kill_them killed_you kill_your zou_vermoorden
        me_zou_vermoorden maak_ik_je_kapot schiet_je schiet_jullie schiet_die
        shoot_you shoot_him shoot_your bullet_in kogel_door door_zijn_kop
        door_je_kop through_your_head hersens_in skull_in burn_your burning_your
        steek_jullie steek_je steek_ik_jullie brand_steken in_de_fik
        in_de_fik_steken weet_waar_je_woont weet_waar_jullie know_where_you_live
        know_where_your weet_waar_ik_woon knows_where_i_live weet_nu_waar_ik_woon
        molotov onthoofd* beheading ga_dood_allemaal jullie_gaan_eraan
        you_will_pay_with je_bent_er_geweest you're_dead youre_a_dead benzine_over
        petrol_over acid_attack zuur_gooien vermoorden bloedbad massacre bloodbath
        opwachten_na_werk steek_je_neer stab_you stab_him jullie_opblazen
        blow_up_your blow_you
        """,
    "weapon": """
        bom bommetje* bommelding bomb bomb_threat mes knife pistool gun vuurwapen*
        firearm wapen weapon machete bijl axe explosief explosives handgranaat
        grenade granaat hamer rifle geweer boksbeugel
        """,
    "where": """
        geplaatst planted kantoor office hoofdkantoor headquarters metro perron
        platform trein train bus station tram winkel shop balie counter desk
        zwaait waving met_een with_a hall hal zwaaien school gebouw building
        in_your ligt lokaal
        """,
    "bag": """
        tas koffer pakje bag suitcase package rugzak backpack pakketje parcel
        """,
    "bag_odd": """
        verdacht* suspicious onbeheerd* unattended
        """,
    "violence": """
        gevochten vechtpartij* fight fighting slaat geslagen hitting hit_me
        punched beat_me beaten slaan geschopt kicked mishandel* assault*
        gewelddadig geweld violent violence steekpartij stabbing schietpartij
        shooting neergestoken stabbed beschoten bedreigd threatened lastiggevallen
        harassed aangerand groped verkracht raped ontvoerd kidnapped gestalkt
        stalking stalker wurgt strangl* overvallen robbed_at
        """,
    "on_whom": """
        me mij ik i coupé coach wagon carriage trein train bus iemand someone
        vrouw woman man passenger reiziger medereiziger ex gezicht face medewerker
        staff door by outside buiten huilt crying help deur door_de bleeding
        conducteur chauffeur kind child meisje girl police politie
        """,
    "break_in": """
        ingebroken inbreker* broken_in burglar* intruder* inbraak
        """,
    "now_here": """
        hoor hear beneden downstairs nu now boven upstairs binnen inside help
        """,
    # rails, roads, buildings
    "on_track": """
        op_het_spoor op_de_rails op_spoor op_de_sporen on_the_tracks on_the_track
        on_the_rails on_the_line on_the_railway tussen_de_trein between_the_train
        naast_het_spoor in_de_tunnel in_the_tunnel op_de_overweg
        on_the_level_crossing on_the_crossing op_overweg
        """,
    "living": """
        man vrouw kind kinderen mensen persoon personen iemand jongen* meisje man
        woman child kid kids children people person someone somebody boy boys girl
        auto car koe koeien paard* horse* cow cows fietser cyclist lopen walking
        """,
    "crossing": """
        overweg spoorbomen spoorboom slagboom* level_crossing crossing barriers
        barrier
        """,
    "crossing_bad": """
        niet_dicht niet_omlaag gaan_niet not_closing stays_open blijft_open
        won't_close opgesloten stuck dicht down open doen_het_niet not_working
        """,
    "train": """
        trein train treinen trains auto car
        """,
    "lost_child": """
        kind child kindje peuter toddler meisje girl jongetje boy moeder mother
        oma gran vader dementerende
        """,
    "lost": """
        alleen_op alone_on alone zoekgeraakt vermist missing vermist*
        zonder_ouders geen_ouders no_parents kwijtgeraakt dwaalt wandering
        """,
    "structure": """
        manhole_cover plafond ceiling balkon balcony gevel facade muur wall dak
        roof lantaarnpaal* lamp_post* boom tree gat hole sinkhole putdeksel*
        manhole* steiger scaffolding brug bridge kraan crane stenen stones dakpan*
        tiles mast reclamebord* tak branch hek gate
        """,
    "falls": """
        naar_beneden coming_down afbrokkel* crumbl* omvallen topple instort*
        collapse* collapsing vallen_er are_falling kan_elk_moment any_second
        any_minute come_down gevaarlijk dangerous levensgevaarlijk lethal
        erin_gevallen fell_in weg_op missing_on scheef los op_de_draden
        on_the_lines weg_geslagen opened_in
        """,
    "lethal": """
        levensgevaarlijk* lethal levensbedreigend* life-threatening
        life_threatening vallen_er_doden vallen_doden get_killed gets_killed
        doodgereden gevaar_voor_kinderen gevaarlijk_voor_kinderen
        danger_to_children mensenlevens someone_will_die iemand_gaat_dood
        someone_is_going_to_die acuut_gevaar immediate_danger
        """,
    "driver": """
        chauffeur* buschauffeur driver machinist bestuurder bezorger*
        pakketbezorger* courier conducteur
        """,
    "drives_ill": """
        dronken drunk slingert slingerend swerv* over_de_stoep on_the_pavement
        spookrijd* aangereden ran_into reed_me_aan hit_me through_red door_rood
        appt_achter bebouwde_kom in_a_village asleep
        """,
    "vehicle": """
        deur door remmen rem brakes brake wiel wheel stuur steering band fiets
        bike bus auto car scooter attractie kinderstoel* high_chair kinderwagen*
        pram stroller wieg* cot helm ladder stoel chair
        """,
    "fails_moving": """
        tijdens_het_rijden while_driving while_moving deden_het_niet failed
        afgebroken brak snapped broke losgeschoten came_off weigerden
        stopped_working
        """,
    "hurt": """
        gevallen crashed fell viel gewond hurt injured gebroken broke broken
        landed naar_buiten fell_out fall_out hoofd head ziekenhuis hospital arm
        been
        """,
    "cloud": """
        gele_wolk yellow_cloud giftig* toxic chemisch* chemical* gifwolk*
        rookwolk* groene_vloeistof green_liquid zuur acid bijtend* corrosive
        """,
    "services": """
        brandweer fire_brigade fire_department firefighters 112 999 911 meldkamer
        """,
    "services_say": """
        zegt says verwees told wachten waiting nog_niet isn't_here gebeld called
        komt coming staat onderweg nodig need
        """,
    "open": """
        open hangt_open hangs_open blote bare
        """,
    "lying": """
        ligt_op_de_grond lying_on_the_floor lying_on_the_ground ligt_misschien
        may_be_lying
        """,
    "alone": """
        sos mayday help_ons_dan please_help_us
        """,
}

# A kind, what has to stand together, and within how many words.
SIGNS: tuple[tuple[str, str, int], ...] = (
    ("gas", "gas smell", 7),
    ("gas", "gas leak", 7),
    ("gas", "gas_out", 0),
    ("gas", "co beeps", 8),
    ("fumes", "sick source", 9),
    ("fumes", "cloud", 0),
    ("fire", "fire_out", 0),
    ("fire", "fire device", 6),
    ("fire", "smoke device", 8),
    ("fire", "smoke services_say", 4),
    ("fire", "hot device", 8),
    ("fire", "smoke hot", 8),
    ("current", "shock_out", 0),
    ("current", "shock shocked", 6),
    ("current", "line hangs near_people", 12),
    ("current", "wet electrics", 10),
    ("current", "near_people line open", 8),
    ("life", "life_device no_power", 14),
    ("life", "life_device fell", 14),
    ("life", "life_device body_out", 14),
    ("life", "cold suffers", 14),
    ("life", "fell frail answers_not", 10),
    ("life", "lying frail", 12),
    ("trapped", "trapped in_a", 7),
    ("body", "body_out", 0),
    ("body", "breath breath_not breath_why", 8),
    ("body", "doctor at_once", 7),
    ("body", "swallow poison", 10),
    ("body", "wrong_drug", 0),
    ("body", "shard eats", 9),
    ("body", "vehicle fails_moving hurt", 14),
    ("self", "self_out", 0),
    ("self", "jump off_what", 7),
    ("threat", "threat_out", 0),
    ("threat", "weapon where", 7),
    ("threat", "bag bag_odd", 4),
    ("violence", "violence on_whom", 7),
    ("violence", "break_in now_here", 10),
    ("track", "living on_track", 9),
    ("track", "crossing crossing_bad train", 12),
    ("lost", "lost_child lost", 12),
    ("falling", "structure falls", 9),
    ("falling", "lethal", 0),
    ("traffic", "driver drives_ill", 10),
    ("called", "services services_say", 9),
    ("called", "alone", 0),
)

# They sound dangerous and are not: figures of speech, things for sale, what is over.
HARMLESS = """
    hoofd_staat_in_brand ears_are_burning kop_staat_in_brand nummer_112 sos_fiets*
    sos_bike* geen_gewonden no_one_hurt nobody_injured nobody_in_it niemand_in
    no_injuries buurtapp_ontploft appgroep_ontploft phone_exploded inbox_exploded
    app_ontploft gas_terug* gas_geven step_on_the_gas ease_off_the_gas op_vol_gas
    verveel_me_dood bored_to_death scared_to_death lach_me_dood schrok_me_dood
    vuur_en_vlam burning_question brandende_vraag brandend_actueel moord_en_brand
    screaming_bloody_murder water_bij_de_wijn kill_for killing_me killing_it kill_time
    vermoordt_me the_bomb bom_van_een bombshell photobomb* bom_is_gebarsten
    als_een_bom time_bomb tikkende_tijdbom seksbom sekbom in_the_foot shoot_me_an
    mes_in_de_rug stab_in_the_back steek_in_de_rug stuck_on_the_phone
    vast_aan_de_telefoon zit_vast_aan vast_in_het_menu stuck_in_traffic
    vast_in_de_file stuck_in_your zitten_vast_in_de_file trapped_in_a_two vast_aan_een
    stuck_with stuck_in_a_queue stuck_in_a_contract sparks_joy spark_is_gone
    vonk_overgeslagen vonkje_is lucht_in_de_band air_into_the_tyre air_into_the_tire
    jump_out_of_my_skin uit_mijn_vel spring_uit gat_in_de_lucht jumping_for_joy
    jump_for_joy spring_een_gat jump_through_hoops daylight_robbery train_wreck
    is_fire echt_fire zo_fire straight_fire end_my_subscription end_my_contract
    einde_aan_het_abonnement einde_aan_mijn_contract einde_aan_die einde_aan_dat
    einde_aan_deze end_to_those end_to_this end_to_these sick_of ziek_van_jullie
    ziek_van_die ziek_van_dat ziek_van_al ziek_aanbod ziek_goed sick_deal sick_gig
    sick_and_tired sick_and misselijk_van makes_me_nauseous makes_me_sick doodziek_van
    throw_up hoofdpijn_van headache gives_me_a_headache hoofdpijn_van_jullie
    pijnlijk_gesprek hart_onder_de_riem brandt_rood brandt_groen brandt_oranje
    burning_red burning_green rookmelder* rook_melder smoke_detector* smoke_alarm*
    rookvrij* non_smoking staan_te_roken staat_te_roken_op mogen_roken mag_ik_roken
    may_i_smoke everyone_is_smoking hit_me_like rookworst* gerookt* smoked
    brandblusser* fire_extinguisher* brandverzekering* fire_insurance brandalarm_test
    fire_alarm_test fire_drill brandoefening oefening_brandalarm glue_gun nerf*
    water_pistol* waterpistool* lijmpistool* messenset knife_block messenblok*
    pistool_van_de_lijmset knives messen water_gun fireworks vuurwerk* flash_sale
    bliksemactie geen_rook_meer no_smoke_any_more no_smoke_anymore no_longer_smell
    ruik_niets_meer ruikt_niet_meer gaf_geen_rook brand_van_gisteren brand_van_vorige
    yesterday's_fire yesterdays_fire na_de_brand after_the_fire brand_in_havezand_al
    is_de_brand burn_you_to_the burn_your_brand brandt_jullie_tot burnt_out burned_out
    uitgebrand to_the_ground tot_de_grond burned_by gebrand_aan burned_me
    jullie_afbranden afbranden_in stroom_van stream_of firestick fire_stick fire_tv
    amazon_fire fire_sale firefox firewall fired hire_and_fire vuurdoop in_de_markt
    bombarde* bombard* fighting_this_fine fight_this fight_for gevecht_met_jullie
    fight_with_your had_a_fight_with vecht_deze_boete dead_simple doodsimpel
    prijzen_zijn_gevallen prices_fell keuze_is_gevallen fallen_for fell_for
    verbinding_valt valt_weg valt_steeds bedreigen_mij_met_een_incasso*
    threatening_me_with_a_debt* threatened_with_a_fee data_leak* gelekt_uit
    leaked_from lekken_gegevens in_de_game in_the_game game_over the_game de_game
    film_over film_about serie_over movie_about series_about co2* gas_geworden
    open_haard_tv storm_van_kritiek shitstorm under_fire onder_vuur play_with_fire
    fire_away vuurproef waterproof break_the_bank cost_an_arm arm_en_been
    an_arm_and_a_leg heart_attack_when hartaanval_van_de_prijs
    heart_attack_from_the_price hartverzakking dead_line doodlopend deadline*
    doodsteek death_of_me mijn_dood_dat crash_course crasht crashes help_i_can't_log
    slaat_nergens slaat_op slaan_door slaat_door crossing_my_fingers cross_the_line
    over_the_line over_de_schreef blow_my_mind mind_blown blew_my_mind blown_away
"""

# Beside one of these it is mostly business: no danger, though somebody may look.
CALM = """
    rekening* factuur* bill bills invoice* prijs* price* duur expensive cost costs
    kost kosten vergoed* covered cover korting discount* reclame* advert* contract*
    abonnement* subscription* bestel* order ordered verkopen verkoop sell koop_ik
    available voorraad in_stock geschikt suitable retour* return ruilen swap exchange
    refund opzeggen cancel offerte quote aanvraag aanvragen apply verbruik usage
    onderzoek researching research interview* catalogus catalogue opschrijven
    write_it_down normaal recensie review schoenen shoes collectie collection
    verhuizing vaatwasserbestendig vervangen_hoe hoe_vaak how_often how_long_does
    kleur colour color vergoeding claim tarief fee
"""
